// Loaded before a script (node --import): bare imports resolve against the installed packages,
// wherever the importing script lies. NODE_PATH does not reach ES modules.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const installed = pathToFileURL(`${process.env.LOCAL_NPM}/package.json`).href;

registerHooks({
  resolve(specifier, context, next) {
    const bare = /^[@\w]/.test(specifier) && !/^[a-z]+:/.test(specifier);
    const fromRepository = !context.parentURL?.includes('/node_modules/');
    return next(specifier, bare && fromRepository ? { ...context, parentURL: installed } : context);
  },
});
