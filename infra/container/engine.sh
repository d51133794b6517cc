#!/usr/bin/env bash
# Sourced: lets buildah and podman work where there is no registry, no systemd and no overlay file system, with a store of their own.
# On a machine with a working podman or docker nothing of this is needed.

containers=${TELEMETRY_LOCAL_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.local}/containers
mkdir -p "$containers"

cat >"$containers/storage.conf" <<CONF
[storage]
driver = "vfs"
graphroot = "$containers/store"
runroot = "$containers/run"
CONF

cat >"$containers/containers.conf" <<CONF
[containers]
# podman would otherwise raise them, which not every machine allows even to root.
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF

export CONTAINERS_STORAGE_CONF=$containers/storage.conf CONTAINERS_CONF=$containers/containers.conf BUILDAH_ISOLATION=chroot
