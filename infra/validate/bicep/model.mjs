// What a folder's files declare: { path, params, vars, resources, modules, outputs }, each by its name, with the nodes of the tree.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse, syntaxErrors } from './parser.mjs';

const KINDS = {
  parameter_declaration: 'params',
  variable_declaration: 'vars',
  resource_declaration: 'resources',
  module_declaration: 'modules',
  output_declaration: 'outputs',
};

/** Reads the files. One that breaks the grammar has findings and no model. */
export function readFolder(folder, names) {
  const files = {};
  const findings = [];
  for (const path of names.map(name => join(folder, name))) {
    const root = parse(readFileSync(path, 'utf8'));
    const report = (node, message) =>
      findings.push({ file: relative(folder, path), line: node.startPosition.row + 1, severity: 'ERROR', message });
    const errors = syntaxErrors(root);
    errors.forEach(({ node, message }) => report(node, message));
    if (errors.length === 0) files[path] = readFile(path, root, report);
  }
  return { files, findings };
}

function readFile(path, root, report) {
  const file = { path, params: {}, vars: {}, resources: {}, modules: {}, outputs: {}, symbols: {} };
  let decorators = [];
  for (const node of root.namedChildren) {
    if (node.type === 'comment' || node.type === 'target_scope_assignment') continue;
    if (node.type === 'decorators') {
      decorators = node.namedChildren.map(decorator => decorator.namedChildren[0]);
      continue;
    }
    if (KINDS[node.type]) declare(file, node, decorators, report);
    else report(node, `${node.type} is not understood by this check`);
    decorators = [];
  }
  return file;
}

function declare(file, node, decorators, report) {
  const kind = KINDS[node.type];
  const [nameNode, ...rest] = node.namedChildren.filter(child => child.type !== 'comment');
  const name = nameNode.text;
  const declaration = { kind, name, node: nameNode, decorators, value: rest.at(-1), used: false };
  if (kind === 'params' || kind === 'outputs') {
    declaration.type = rest[0].text;
    if (kind === 'params' && rest.length === 1) declaration.value = undefined;
  }
  if (kind === 'resources' || kind === 'modules') {
    declaration.target = rest[0];
    declaration.existing = node.children.some(child => child.type === 'existing');
    Object.assign(declaration, unwrap(declaration.value));
  }

  // Outputs have names of their own.
  const names = kind === 'outputs' ? file.outputs : file.symbols;
  if (names[name]) report(nameNode, `${name} is declared twice`);
  names[name] = file[kind][name] = declaration;
}

// if (condition) { } and [for item in items: { }] around the body.
function unwrap(value) {
  if (value.type === 'if_statement') return { condition: value.namedChildren[0], body: value.namedChildren.at(-1) };
  if (value.type === 'for_statement') return { loop: value, ...unwrap(value.childForFieldName('body')) };
  return { body: value };
}
