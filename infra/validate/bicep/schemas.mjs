// Resource types as published: asked from azmcp once and kept beside it; the few that it lists and cannot give are in types.json.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const tool = fileURLToPath(import.meta.resolve(`@azure/mcp-linux-${process.arch}/dist/azmcp`));
const cache = join(dirname(tool), '..', '..', '..', '.resource-types');
const written = JSON.parse(readFileSync(new URL('types.json', import.meta.url), 'utf8'));
const loaded = new Map();

/** { version, body, types: { name: { properties, additional } }, functions } of a type such as Microsoft.App/containerApps; or null. */
export function schemaOf(type) {
  if (!loaded.has(type)) loaded.set(type, load(type));
  return loaded.get(type);
}

async function load(type) {
  const elements = written[type] ?? await published(type);
  return elements && read(elements);
}

async function published(type) {
  const file = join(cache, `${type.replaceAll('/', '_')}.json`);
  if (!existsSync(file)) {
    const answer = await ask(type);
    if (!answer) return null;
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(answer));
    renameSync(`${file}.${process.pid}`, file);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function ask(type) {
  const options = { env: { HOME: process.env.HOME ?? '/tmp', PATH: process.env.PATH, AZURE_MCP_COLLECT_TELEMETRY: 'false' }, maxBuffer: 1 << 26 };
  const { stdout } = await promisify(execFile)(tool, ['bicepschema', 'get', '--resource-type', type], options)
    .catch(error => ({ stdout: error.stdout ?? '{}' }));
  try {
    return JSON.parse(stdout).results?.BicepSchemaResult ?? null;
  } catch {
    return null;
  }
}

function read(elements) {
  const resource = elements.find(element => element.$type === 'Resource');
  const types = {};
  for (const element of elements.filter(element => element.$type === 'Object' || element.$type === 'DiscriminatedObject'))
    types[element.name] = objectOf(element);
  const functions = Object.fromEntries(elements.filter(element => element.$type === 'ResourceInstanceFunction')
    .map(({ name, outputType }) => [name, outputType]));
  const [name, version] = resource.name.split('@');
  return { name, version, body: objectOf(resource.bodyType), types, functions };
}

function objectOf({ properties = [], baseProperties = [], elements = [], additionalPropertiesType }) {
  // Of a choice by discriminator all variants' properties are taken: its required ones are the service's to check.
  const variants = elements.flatMap(element => element.properties.map(property => ({ ...property, flags: '' })));
  return {
    properties: Object.fromEntries([...variants, ...baseProperties, ...properties].map(({ name, type, flags = '', modifiers }) =>
      [name, { type, readOnly: flags.includes('ReadOnly'), required: flags.includes('Required'), limits: modifiers }])),
    additional: additionalPropertiesType,
  };
}
