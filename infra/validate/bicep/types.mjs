// Types: { kind: 'any' | 'never' | 'null' | 'bool' | 'int' | 'string' | 'array' | 'object' | 'union' | 'symbol', ... }.

export const ANY = { kind: 'any' };
/** Of an item of an empty list. */
export const NEVER = { kind: 'never' };
export const NULL = { kind: 'null' };
export const BOOL = { kind: 'bool' };
export const INT = { kind: 'int' };
export const STRING = { kind: 'string' };
export const literal = value => ({ kind: 'string', values: [value] });
export const arrayOf = item => ({ kind: 'array', item });
export const objectOf = (properties, name) => ({ kind: 'object', name, properties, additional: undefined });
export const unionOf = of => of.length === 1 ? of[0] : { kind: 'union', of };

const PRIMITIVES = { any: ANY, null: NULL, bool: BOOL, int: INT, string: STRING, array: arrayOf(ANY) };

/** The type that a schema's text means: string, Probe[], 'A | B | string', or the name of another of its types. */
export function parseType(text, schema) {
  if (text.endsWith('[]')) return arrayOf(parseType(text.slice(0, -2), schema));
  const parts = text.split(' | ');
  const values = parts.filter(part => !(part in PRIMITIVES));
  // A value may be named like a type. A list that ends with string is open, yet what is not on it is a slip more often than a novelty.
  if (values.some(value => !(value in schema.types)) || (values.length > 0 && parts.includes('string'))) return { kind: 'string', values };
  if (parts.length > 1) return unionOf(parts.map(part => parseType(part, schema)));
  if (text === 'object') return { kind: 'object', name: 'object', properties: {}, additional: ANY };
  return PRIMITIVES[text] ?? namedType(text, schema);
}

function namedType(name, schema) {
  const { properties, additional } = schema.types[name];
  return { kind: 'object', name, schema, additional: additional && parseTypeLater(additional, schema), properties: later(properties, schema) };
}

/** A resource's body as an object. */
export const bodyType = schema => ({ kind: 'object', name: schema.name, schema, properties: later(schema.body.properties, schema) });

// Types refer to each other in circles: each is read when it is asked for.
function later(properties, schema) {
  const entries = Object.entries(properties).map(([name, property]) => [name, {
    ...property,
    get type() { return parseType(property.type, schema); },
  }]);
  return Object.fromEntries(entries.map(([name, property]) => [name, property]));
}

function parseTypeLater(text, schema) {
  return { get lazily() { return parseType(text, schema); } };
}

export const additionalOf = type => type.additional?.lazily ?? type.additional;

/** Whether a value of one type may stand where the other is expected. */
export function fits(actual, expected) {
  if (actual.kind === 'any' || expected.kind === 'any' || actual.kind === 'never') return true;
  if (actual.kind === 'union') return actual.of.every(part => fits(part, expected));
  if (expected.kind === 'union') return expected.of.some(part => fits(actual, part));
  if (actual.kind !== expected.kind) return false;
  if (actual.kind === 'string' && actual.values && expected.values) return actual.values.every(value => expected.values.includes(value));
  if (actual.kind === 'array') return fits(actual.item, expected.item);
  return true;
}

/** The type in words. */
export function nameOf(type) {
  switch (type.kind) {
    case 'string': return type.values ? type.values.map(value => `'${value}'`).join(' | ') : 'string';
    case 'array': return `${nameOf(type.item)}[]`;
    case 'union': return type.of.map(nameOf).join(' | ');
    case 'object': return type.name ?? 'object';
    default: return type.kind;
  }
}
