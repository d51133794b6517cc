// The type of an expression. Whatever it refers to must exist; what is not understood is reported, and then counts as any.
import { inferCall } from './calls.mjs';
import { ANY, BOOL, INT, NEVER, NULL, STRING, additionalOf, arrayOf, fits, literal, nameOf, objectOf, unionOf } from './types.mjs';

/** @param {{ symbols: object, typeOf: (declaration) => object, report: (node, message) => void }} scope */
export function infer(node, scope) {
  const rule = RULES[node.type];
  if (rule) return rule(node, scope);
  scope.report(node, `${node.type} is not understood by this check`);
  return ANY;
}

const RULES = {
  number: () => INT,
  boolean: () => BOOL,
  null: () => NULL,
  identifier: inferName,
  string: inferString,
  array: (node, scope) => arrayOf(merge(itemsOf(node).map(item => infer(item, scope)))),
  object: inferObject,
  for_statement: inferLoop,
  parenthesized_expression: (node, scope) => infer(node.namedChildren[0], scope),
  unary_expression: (node, scope) => operand(node.namedChildren[0], node.text.startsWith('!') ? BOOL : INT, scope),
  binary_expression: inferBinary,
  ternary_expression: inferTernary,
  member_expression: inferMember,
  subscript_expression: inferSubscript,
  call_expression: inferCall,
};

export const itemsOf = node => node.namedChildren.filter(child => child.type !== 'comment');

/** The name and value of each of an object's properties; the name is undefined where it is computed. */
export function propertiesOf(node) {
  return itemsOf(node).map(property => {
    const [key, value] = property.namedChildren;
    return { property, key, name: key.type === 'string' ? textOf(key) : key.text, value };
  });
}

/** The text of a string without interpolation; else undefined. */
export function textOf(node) {
  if (node.namedChildren.some(child => child.type === 'interpolation')) return undefined;
  return node.text.slice(1, -1).replaceAll("\\'", "'");
}

function inferName(node, scope) {
  const declaration = scope.symbols[node.text];
  if (!declaration) {
    scope.report(node, `there is no ${node.text}`);
    return ANY;
  }
  declaration.used = true;
  return scope.typeOf(declaration);
}

function inferString(node, scope) {
  for (const part of node.namedChildren.filter(child => child.type === 'interpolation')) infer(part.namedChildren[0], scope);
  const text = textOf(node);
  return text === undefined ? STRING : literal(text);
}

function inferObject(node, scope) {
  const properties = {};
  for (const { key, name, value } of propertiesOf(node)) {
    if (key.type === 'string') infer(key, scope);
    const type = infer(value, scope);
    if (name !== undefined) properties[name] = { type, required: true };
  }
  return objectOf(properties);
}

/** The scope inside a loop, with the loop's variable. */
export function loopScope(node, scope) {
  const variable = node.childForFieldName('initializer');
  const list = itemsOf(node).find(child => child.id !== variable?.id && child.id !== node.childForFieldName('body').id);
  if (!variable) scope.report(node, 'a loop with an index is not understood by this check');
  const type = infer(list, scope);
  if (type.kind !== 'array' && type.kind !== 'any') scope.report(list, `a loop goes through an array, not ${nameOf(type)}`);
  const item = { kind: 'item', type: type.item ?? ANY };
  return { ...scope, symbols: { ...scope.symbols, [variable?.text]: item } };
}

function inferLoop(node, scope) {
  return arrayOf(infer(node.childForFieldName('body'), loopScope(node, scope)));
}

function operand(node, expected, scope) {
  const type = infer(node, scope);
  if (!fits(type, expected)) scope.report(node, `${nameOf(expected)} is expected, not ${nameOf(type)}`);
  return expected;
}

const COMPARISONS = ['==', '!=', '=~', '!~', '<', '>', '<=', '>='];

function inferBinary(node, scope) {
  const [left, right] = ['left', 'right'].map(field => node.childForFieldName(field));
  const operator = node.childForFieldName('operator').text;
  if (operator === '??') return unionOf([infer(left, scope), infer(right, scope)]);
  if (COMPARISONS.includes(operator)) {
    const types = [infer(left, scope), infer(right, scope)];
    if (!fits(types[0], types[1]) && !fits(types[1], types[0]))
      scope.report(node, `${nameOf(types[0])} is never ${nameOf(types[1])}`);
    return BOOL;
  }
  const expected = operator === '&&' || operator === '||' ? BOOL : INT;
  operand(left, expected, scope);
  return operand(right, expected, scope);
}

function inferTernary(node, scope) {
  operand(node.childForFieldName('condition'), BOOL, scope);
  return merge(['consequence', 'alternative'].map(field => infer(node.childForFieldName(field), scope)));
}

function inferMember(node, scope) {
  const owner = infer(node.childForFieldName('object'), scope);
  return memberOf(owner, node.childForFieldName('property').text, node, scope);
}

function memberOf(owner, name, node, scope) {
  if (owner.kind === 'any') return ANY;
  const known = owner.kind === 'object' ? owner.properties[name]?.type ?? additionalOf(owner) : undefined;
  if (known) return known;
  scope.report(node, `${nameOf(owner)} has no ${name}`);
  return ANY;
}

function inferSubscript(node, scope) {
  const owner = infer(node.childForFieldName('object'), scope);
  const index = node.childForFieldName('index');
  const type = infer(index, scope);
  if (owner.kind === 'array' && fits(type, INT)) return owner.item;
  if (owner.kind === 'object' && type.values?.length === 1) return memberOf(owner, type.values[0], node, scope);
  if (owner.kind !== 'any' && owner.kind !== 'object') scope.report(index, `${nameOf(owner)} has no ${nameOf(type)}`);
  return ANY;
}

// What several values are together: their literals side by side, their properties where all have them.
export function merge(all) {
  const types = all.filter(type => type.kind !== 'never');
  if (types.length === 0) return NEVER;
  const kinds = new Set(types.map(type => type.kind));
  if (kinds.size > 1) return unionOf(types);
  if (kinds.has('string')) return types.every(type => type.values) ? { kind: 'string', values: types.flatMap(type => type.values) } : STRING;
  if (kinds.has('array')) return arrayOf(merge(types.map(type => type.item)));
  if (kinds.has('object') && types.every(type => !type.schema)) return mergeObjects(types);
  return types[0];
}

function mergeObjects(types) {
  const names = Object.keys(types[0].properties).filter(name => types.every(type => type.properties[name]));
  return objectOf(Object.fromEntries(names.map(name =>
    [name, { required: true, type: merge(types.map(type => type.properties[name].type)) }])));
}
