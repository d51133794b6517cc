// Whether a value may stand where a type is expected: objects property by property, so that each finding names its own line.
import { infer, itemsOf, loopScope, propertiesOf, textOf } from './expressions.mjs';
import { additionalOf, fits, nameOf } from './types.mjs';

export function assign(node, expected, scope) {
  const rule = RULES[node.type];
  if (rule?.(node, expected, scope)) return;
  const actual = infer(node, scope);
  if (fits(actual, expected)) missingOf(node, actual, expected, scope);
  else scope.report(node, `${nameOf(expected)} is expected, not ${nameOf(actual)}`);
}

const RULES = {
  object: (node, expected, scope) => expected.kind === 'object' && assignObject(node, expected, scope),
  array: (node, expected, scope) => expected.kind === 'array' && each(itemsOf(node), item => assign(item, expected.item, scope)),
  for_statement: (node, expected, scope) =>
    expected.kind === 'array' && each([node.childForFieldName('body')], body => assign(body, expected.item, loopScope(node, scope))),
  ternary_expression: (node, expected, scope) => {
    infer(node.childForFieldName('condition'), scope);
    return each(['consequence', 'alternative'], field => assign(node.childForFieldName(field), expected, scope));
  },
  parenthesized_expression: (node, expected, scope) => each(node.namedChildren, child => assign(child, expected, scope)),
  call_expression: (node, expected, scope) => expected.kind === 'array' && node.childForFieldName('function').text === 'concat'
    && each(itemsOf(node.childForFieldName('arguments')), argument => assign(argument, expected, scope)),
};

function each(nodes, check) {
  nodes.forEach(check);
  return true;
}

function assignObject(node, expected, scope) {
  const given = new Set();
  for (const { key, name, value } of propertiesOf(node)) {
    if (key.type === 'string') infer(key, scope);
    const property = expected.properties[name];
    const type = property?.type ?? additionalOf(expected);
    if (given.has(name) && name !== undefined) scope.report(key, `${name} is given twice`);
    given.add(name);
    if (property?.limits) checkLimits(value, property.limits, scope);
    if (property?.readOnly) scope.report(key, `${name} of ${nameOf(expected)} is read-only`);
    if (type) assign(value, type, scope);
    else scope.report(key, `${nameOf(expected)} has no property ${name ?? textOf(key) ?? key.text}`);
  }
  for (const [name, { required, readOnly }] of Object.entries(expected.properties)) {
    if (required && !readOnly && !given.has(name)) scope.report(node, `${nameOf(expected)} needs the property ${name}`);
  }
  return true;
}

// Such as 'minLength: 3, maxLength: 63, pattern: ^[a-z]+$', for a value that stands there as it is.
function checkLimits(node, limits, scope) {
  const text = node.type === 'string' ? textOf(node) : undefined;
  const size = { Length: text?.length, Value: node.type === 'number' ? Number(node.text) : undefined };
  for (const [, end, what, bound] of limits.matchAll(/\b(min|max)(Length|Value): (\d+)/g)) {
    if (end === 'min' ? size[what] < Number(bound) : size[what] > Number(bound))
      scope.report(node, `${node.text} is beyond ${end}${what} ${bound}`);
  }
  const pattern = /pattern: (.*)$/.exec(limits)?.[1];
  if (text !== undefined && pattern && !new RegExp(pattern).test(text)) scope.report(node, `${node.text} does not match ${pattern}`);
}

// A variable's object is compared as a whole: what it has too much, and what it lacks.
function missingOf(node, actual, expected, scope) {
  if (actual.kind === 'array' && expected.kind === 'array') return missingOf(node, actual.item, expected.item, scope);
  if (actual.kind !== 'object' || expected.kind !== 'object' || actual.schema || !expected.schema) return;
  for (const [name, { type }] of Object.entries(actual.properties)) {
    const wanted = expected.properties[name]?.type ?? additionalOf(expected);
    if (!wanted) scope.report(node, `${nameOf(expected)} has no property ${name}`);
    else if (!fits(type, wanted)) scope.report(node, `${name} of ${nameOf(expected)} is ${nameOf(wanted)}, not ${nameOf(type)}`);
    else missingOf(node, type, wanted, scope);
  }
  for (const [name, { required, readOnly }] of Object.entries(expected.properties)) {
    if (required && !readOnly && !actual.properties[name]) scope.report(node, `${nameOf(expected)} needs the property ${name}`);
  }
}
