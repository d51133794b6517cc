// Checks one file: its declarations in their order, then what is never used.
import { dirname, join } from 'node:path';
import { assign } from './assign.mjs';
import { checkDecorator } from './calls.mjs';
import { infer, itemsOf, loopScope, propertiesOf, textOf } from './expressions.mjs';
import { schemaOf } from './schemas.mjs';
import { ANY, BOOL, INT, STRING, arrayOf, bodyType, objectOf } from './types.mjs';

const DECLARED = { array: arrayOf(ANY), bool: BOOL, int: INT, string: STRING };

// These lie on other resources.
const EXTENSIONS = ['Microsoft.Authorization/roleAssignments', 'Microsoft.Insights/diagnosticSettings'];

export async function checkFile(file, files, report) {
  for (const resource of Object.values(file.resources)) await findSchema(resource, report);
  const scope = { symbols: file.symbols, report, typeOf };
  for (const declaration of Object.values(file.symbols)) {
    declaration.decorators.forEach(decorator => checkDecorator(decorator, scope));
    CHECKS[declaration.kind](declaration, scope, file, files);
  }
  for (const output of Object.values(file.outputs)) {
    output.decorators.forEach(decorator => checkDecorator(decorator, scope));
    assign(output.value, declaredType(output, report), scope);
  }
  for (const { kind, name, node, used } of Object.values(file.symbols)) {
    if ((kind === 'params' || kind === 'vars') && !used) report(node, `${name} is never used`);
  }

  function typeOf(declaration) {
    switch (declaration.kind) {
      case 'item': return declaration.type;
      case 'params': return parameterType(declaration, () => {});
      case 'vars': return declaration.inferred ??= infer(declaration.value, scope);
      case 'resources': return resourceType(declaration);
      default: return moduleType(declaration, file, files);
    }
  }
}

const CHECKS = { params: checkParameter, vars: (variable, scope) => scope.typeOf(variable), resources: checkResource, modules: checkModule };

function declaredType({ type, node }, report) {
  if (!DECLARED[type]) report(node, `the type ${type} is not understood by this check`);
  return DECLARED[type] ?? ANY;
}

/** A parameter's type; of one with allowed values, these. */
function parameterType(parameter, report) {
  const allowed = parameter.decorators.find(decorator => decorator.childForFieldName('function').text === 'allowed');
  const declared = declaredType(parameter, report);
  if (!allowed || declared.kind !== 'string') return declared;
  return { kind: 'string', values: itemsOf(itemsOf(allowed.childForFieldName('arguments'))[0]).map(textOf) };
}

function checkParameter(parameter, scope) {
  const type = parameterType(parameter, scope.report);
  if (parameter.value) assign(parameter.value, type, scope);
}

async function findSchema(resource, report) {
  const [type, version] = textOf(resource.target).split('@');
  resource.resourceType = type;
  const schema = await schemaOf(type);
  if (!schema) report(resource.target, `there is no resource type ${type}`);
  else if (schema.version !== version) report(resource.target, `${type} is known in version ${schema.version}, not ${version}`);
  resource.schema = schema;
}

function resourceType({ schema, loop, existing }) {
  if (!schema) return ANY;
  const one = { ...bodyType(schema), existing };
  return loop ? arrayOf(one) : one;
}

function checkResource(resource, outer, file) {
  const scope = inside(resource, outer);
  if (!resource.schema) return void infer(resource.body, scope);
  const { schema, resourceType: type, existing } = resource;
  const own = bodyType(schema);
  const properties = { ...own.properties, ...languageProperties(type) };
  if (existing) Object.keys(properties).filter(name => name !== 'name').forEach(name => (properties[name] = { ...properties[name], required: false }));
  assign(resource.body, { ...own, properties }, scope);
  checkParent(resource, scope, file);
}

// What the language adds to a resource's own properties.
function languageProperties(type) {
  const scope = EXTENSIONS.includes(type) ? { scope: { type: ANY, required: true } } : {};
  const parent = type.split('/').length > 2 ? { parent: { type: ANY, required: true } } : {};
  return { dependsOn: { type: arrayOf(ANY) }, ...scope, ...parent };
}

function checkParent({ body, resourceType: type }, scope, file) {
  const parent = propertiesOf(body).find(({ name }) => name === 'parent')?.value;
  if (!parent) return;
  const expected = type.slice(0, type.lastIndexOf('/'));
  const actual = file.resources[parent.text]?.resourceType;
  if (actual !== expected) scope.report(parent, `the parent of ${type} is a ${expected}, not ${actual ?? parent.text}`);
}

function inside({ condition, loop }, scope) {
  if (condition) assign(condition, BOOL, scope);
  return loop ? loopScope(loop, scope) : scope;
}

const targetOf = (module, file, files) => files[join(dirname(file.path), textOf(module.target))];

function moduleType(module, file, files) {
  const target = targetOf(module, file, files);
  if (!target) return ANY;
  const outputs = Object.fromEntries(Object.values(target.outputs).map(output => [output.name, { type: DECLARED[output.type] ?? ANY }]));
  return objectOf({ name: { type: STRING }, outputs: { type: objectOf(outputs, `the outputs of ${module.name}`) } }, `module ${module.name}`);
}

function checkModule(module, outer, file, files) {
  const scope = inside(module, outer);
  const target = targetOf(module, file, files);
  if (!target) return outer.report(module.target, `there is no module ${textOf(module.target)}`);
  const parameters = Object.fromEntries(Object.values(target.params).map(parameter =>
    [parameter.name, { type: parameterType(parameter, () => {}), required: !parameter.value }]));
  const hasRequired = Object.values(parameters).some(({ required }) => required);
  assign(module.body, objectOf({
    name: { type: STRING },
    scope: { type: ANY },
    params: { type: objectOf(parameters, textOf(module.target)), required: hasRequired },
    dependsOn: { type: arrayOf(ANY) },
  }, `module ${module.name}`), scope);
}
