// The published grammar, and what is no Bicep by it.
import { fileURLToPath } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(fileURLToPath(import.meta.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'))));

/** The tree's root. */
export const parse = text => parser.parse(text).rootNode;

/** Nodes that break the grammar, and neighbours that only it lets stand in one line. */
export function syntaxErrors(node) {
  if (node.isError || node.isMissing) return [{ node, message: `this is no Bicep: '${node.text.slice(0, 60)}'` }];
  return [...unseparated(node), ...node.children.flatMap(syntaxErrors)];
}

// The grammar takes white space of any kind; the language wants a line break or a comma.
function unseparated(node) {
  if (node.type !== 'object' && node.type !== 'array') return [];
  const found = [];
  node.children.forEach((child, i) => {
    const next = node.children[i + 1];
    if (child.isNamed && next?.isNamed && child.type !== 'decorators' && child.endPosition.row === next.startPosition.row)
      found.push({ node: next, message: `'${next.text.split('\n')[0]}' needs a line of its own, or a comma before it` });
  });
  return found.filter(({ node }) => node.type !== 'comment');
}
