// Calls: of the language's functions, of a resource's own, and decorators. Each argument must fit.
import { infer, itemsOf, merge } from './expressions.mjs';
import { DECORATORS, FUNCTIONS } from './functions.mjs';
import { ANY, arrayOf, fits, nameOf, parseType } from './types.mjs';

/** The type that a call of a function gives. */
export function inferCall(node, scope) {
  const called = node.childForFieldName('function');
  const args = itemsOf(node.childForFieldName('arguments'));
  if (called.type === 'member_expression') return inferMethod(called, args, scope);
  const signature = FUNCTIONS[called.text];
  if (!signature) {
    args.forEach(arg => infer(arg, scope));
    scope.report(called, `there is no function ${called.text}, or this check does not know it`);
    return ANY;
  }
  const types = checkArguments(node, called.text, args, signature, scope);
  return called.text === 'concat' ? arrayOf(merge(types.map(type => type.item ?? ANY))) : signature.returns;
}

// Such as workspace.listKeys(): the resource type says which there are.
function inferMethod(called, args, scope) {
  const owner = infer(called.childForFieldName('object'), scope);
  const name = called.childForFieldName('property').text;
  const returns = owner.schema?.functions[name];
  if (returns && args.length === 0) return parseType(returns, owner.schema);
  // Any resource may have them; not all are published.
  if (owner.schema && name.startsWith('list')) return ANY;
  scope.report(called, `${nameOf(owner)} has no function ${name}`);
  return ANY;
}

/** Checks a decorator as the call that it is. */
export function checkDecorator(node, scope) {
  const name = node.childForFieldName('function').text;
  const signature = DECORATORS[name];
  if (signature) checkArguments(node, name, itemsOf(node.childForFieldName('arguments')), signature, scope);
  else scope.report(node, `there is no decorator ${name}, or this check does not know it`);
}

function checkArguments(node, name, args, { args: needed, more, repeats }, scope) {
  const expected = [...needed, ...more];
  if (args.length < needed.length || (args.length > expected.length && !repeats))
    scope.report(node, `${name} takes ${needed.length}${repeats || more.length > 0 ? ' or more' : ''} arguments, not ${args.length}`);
  return args.map((arg, i) => {
    const type = infer(arg, scope);
    const wanted = expected[i] ?? expected.at(-1);
    if (wanted && !fits(type, wanted)) scope.report(arg, `${name} takes ${nameOf(wanted)} here, not ${nameOf(type)}`);
    return type;
  });
}
