// A nested stack gets exactly the parameters that its template has, and is asked only for outputs that its template gives.
const STACK = 'AWS::CloudFormation::Stack';

export function checkNesting(file, models) {
  const model = models[file];
  const { resources, outputs } = model.toDiagnosticModel();
  const stacks = Object.entries(resources).filter(([, resource]) => resource.resourceType === STACK);
  const findings = [];
  const report = (path, message) =>
    findings.push({ file, line: model.sourceLocation(path)?.startLine ?? 0, severity: 'ERROR', message });

  for (const [name, { properties }] of stacks) {
    const path = `Resources/${name}/Properties`;
    const nested = models[properties.TemplateURL];
    if (nested) checkParameters(path, properties, nested.parameters(), report);
    else report(`${path}/TemplateURL`, `${name} nests '${properties.TemplateURL}', which is no template of this folder`);
  }

  const nestedOf = name => models[resources[name]?.properties.TemplateURL];
  for (const { path, target, attribute } of references(resources, outputs)) {
    const output = /^Outputs\.(.+)$/.exec(attribute ?? '')?.[1];
    if (output && nestedOf(target) && !(output in nestedOf(target).outputs()))
      report(path, `${target} has no output ${output}`);
  }
  return findings;
}

function checkParameters(path, { TemplateURL, Parameters = {} }, declared, report) {
  for (const name of Object.keys(Parameters).filter(name => !(name in declared)))
    report(`${path}/Parameters/${name}`, `${TemplateURL} has no parameter ${name}`);
  for (const name of Object.keys(declared).filter(name => declared[name].default === null && !(name in Parameters)))
    report(path, `${TemplateURL} needs the parameter ${name}`);
}

function references(resources, outputs) {
  return [
    ...Object.entries(resources).flatMap(([name, { outgoingRefs }]) => outgoingRefs.map(({ sourcePath, target, attr }) =>
      ({ path: `Resources/${name}/${sourcePath.replaceAll('.', '/')}`, target, attribute: attr }))),
    ...Object.entries(outputs).flatMap(([name, { getattRefs }]) => getattRefs.map(({ resource, attribute }) =>
      ({ path: `Outputs/${name}/Value`, target: resource, attribute }))),
  ];
}
