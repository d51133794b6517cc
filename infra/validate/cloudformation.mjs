// Checks folders of CloudFormation templates with AWS's own rules, and what these cannot see: that stacks fit the templates they nest.
// Arguments: folders. Prints one line of JSON for each: { folder, findings: [{ file, line, severity, message }], templates }.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RegoEngine, TemplateFile, TemplateModel } from '@aws/cloudformation-validate';
import { checkNesting } from './cloudformation/nesting.mjs';

// A value that is none of those allowed: only a warning to the rules, since their list may be older than the service.
const UNKNOWN_VALUE = 'W3030';

const engine = new RegoEngine();
for (const folder of process.argv.slice(2)) console.log(JSON.stringify(check(folder)));
engine.free();

function check(folder) {
  const names = readdirSync(folder).filter(name => name.endsWith('.yaml'));
  const models = Object.fromEntries(names.map(name => [name, read(join(folder, name))]).filter(([, model]) => model));
  const findings = [...names.flatMap(name => rules(folder, name)), ...Object.keys(models).flatMap(name => checkNesting(name, models))];
  const templates = Object.fromEntries(Object.entries(models).map(([name, model]) => [name, describe(model)]));
  Object.values(models).forEach(model => model.free());
  return { folder, findings, templates };
}

function read(path) {
  try {
    return new TemplateModel(new TemplateFile(path));
  } catch {
    // The rules say what cannot be read in it.
    return null;
  }
}

function rules(folder, file) {
  const report = engine.validateStandard(new TemplateFile(join(folder, file)));
  const findings = report.diagnostics
    .filter(({ severity, ruleId }) => severity === 'FATAL' || severity === 'ERROR' || ruleId === UNKNOWN_VALUE)
    .map(({ startLine, severity, ruleId, message, propertyPath }) =>
      ({ file, line: startLine ?? 0, severity, message: `${ruleId} ${message}${propertyPath ? ` (${propertyPath})` : ''}` }));
  if (report.status !== 'OK') findings.push({ file, line: 0, severity: 'FATAL', message: `the analysis ended with ${report.status}` });
  return findings;
}

function describe(model) {
  const { resources, mappings } = model.toDiagnosticModel();
  return { parameters: model.parameters(), resources, mappings };
}
