// Reads YAML files and writes JSON: [{ file, documents, errors }]. Arguments: read or judge, then files. To judge is to hold Kubernetes
// objects against the types of Kubernetes and KEDA (a name that they do not know is an error, as for the API server's strict validation)
// and against their schemas.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const [order, ...paths] = process.argv.slice(2);
const files = paths.map(read);
if (order === 'judge') {
    const objects = files.flatMap(file => file.documents.filter(isObject).map(object => ({ file, object })));
    await checkTypes(objects);
    for (const { file, object } of objects) await checkSchema(file, object);
}
console.log(JSON.stringify(files));

function read(path) {
    const parsed = parseAllDocuments(readFileSync(path, 'utf8'), { uniqueKeys: true });
    const errors = parsed.flatMap(document => [...document.errors, ...document.warnings]).map(error => error.message);
    return { file: path, documents: errors.length > 0 ? [] : parsed.map(document => document.toJS()), errors };
}

// A kustomization is kustomize's own, and a compose file has no kind.
function isObject(document) {
    return document?.kind && document.kind !== 'Kustomization';
}

function moduleOf({ apiVersion }) {
    return `${/^keda\.sh\//.test(apiVersion) ? '@kubernetes-models/keda' : 'kubernetes-models'}/${apiVersion}`;
}

async function checkSchema(file, object) {
    try {
        const models = await import(`${moduleOf(object)}/${object.kind}`);
        new models[object.kind](object).validate();
    } catch (error) {
        file.errors.push(`${object.kind}: ${error.message}`);
    }
}

// Each object as a literal of its type: the compiler then names every property that the type has not.
async function checkTypes(all) {
    const { default: ts } = await import('typescript');
    const path = `${process.env.LOCAL_NPM}/manifests.mts`;
    const lines = all.map(({ object }, index) =>
        `import type { I${object.kind} as T${index} } from '${moduleOf(object)}'; export const o${index}: T${index} = ${JSON.stringify(object)};`);
    const source = ts.createSourceFile(path, lines.join('\n'), ts.ScriptTarget.ES2022, true);
    const options = {
        module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022,
        strict: true, noEmit: true, skipLibCheck: true, types: [],
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists } = host;
    host.getSourceFile = (name, ...rest) => (name === path ? source : getSourceFile(name, ...rest));
    host.fileExists = name => name === path || fileExists(name);
    for (const found of ts.getPreEmitDiagnostics(ts.createProgram([path], options, host))) {
        const text = ts.flattenDiagnosticMessageText(found.messageText, ' ');
        const index = found.file === source ? source.getLineAndCharacterOfPosition(found.start).line : -1;
        if (index < 0) throw new Error(text);
        all[index].file.errors.push(`${all[index].object.kind}: ${text}`);
    }
}
