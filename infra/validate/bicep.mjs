// Checks folders of Bicep files: the syntax by the published grammar; properties, types and references against the published resource
// types. What this does not understand is a finding too: nothing passes unseen.
// Arguments: folders. Prints one line of JSON for each: { folder, findings: [{ file, line, severity, message }], templates }.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkFile } from './bicep/check.mjs';
import { describe } from './bicep/describe.mjs';
import { readFolder } from './bicep/model.mjs';

for (const folder of process.argv.slice(2)) console.log(JSON.stringify(await check(folder)));

async function check(folder) {
  const names = readdirSync(folder, { recursive: true }).map(String).filter(name => name.endsWith('.bicep'));
  const { files, findings } = readFolder(folder, names);
  for (const file of Object.values(files)) {
    const report = (node, message) =>
      findings.push({ file: relative(folder, file.path), line: node.startPosition.row + 1, severity: 'ERROR', message });
    await checkFile(file, files, report);
  }
  const templates = Object.fromEntries(names.filter(name => files[join(folder, name)])
    .map(name => [name, describe(files[join(folder, name)])]));
  return { folder, findings, templates };
}
