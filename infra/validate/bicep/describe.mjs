// What tests ask of a file beyond its findings: its parameters, and its resources with texts and lists as they stand.
import { itemsOf, propertiesOf, textOf } from './expressions.mjs';

export function describe(file) {
  return {
    parameters: Object.fromEntries(Object.values(file.params).map(parameter => [parameter.name, describeParameter(parameter)])),
    resources: Object.fromEntries(Object.values(file.resources).filter(({ existing }) => !existing)
      .map(({ name, resourceType, body }) => [name, { type: resourceType, body: plain(body) }])),
    variables: Object.fromEntries(Object.values(file.vars).map(({ name, value }) => [name, plain(value)])),
  };
}

function describeParameter({ type, value, decorators }) {
  const argument = name => {
    const decorator = decorators.find(node => node.childForFieldName('function').text === name);
    return decorator && itemsOf(decorator.childForFieldName('arguments'))[0];
  };
  const secure = decorators.some(node => node.childForFieldName('function').text === 'secure');
  const description = argument('description');
  const allowed = argument('allowed');
  return {
    type,
    secure,
    required: !value,
    default: value ? plain(value) : null,
    description: description ? textOf(description) : null,
    allowed: allowed ? itemsOf(allowed).map(plain) : null,
  };
}

// Texts, numbers, objects and lists become what they are; any other expression its own source.
function plain(node) {
  switch (node.type) {
    case 'object': return Object.fromEntries(propertiesOf(node).map(({ key, name, value }) => [name ?? key.text, plain(value)]));
    case 'array': return itemsOf(node).map(plain);
    case 'string': return textOf(node) ?? node.text;
    case 'number': return Number(node.text);
    case 'boolean': return node.text === 'true';
    default: return node.text;
  }
}
