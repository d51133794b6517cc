// The language's functions that the templates use: the types of their arguments, the last one repeated where marked, of those that may
// follow, and of the result.
import { ANY, BOOL, INT, NULL, STRING, arrayOf, objectOf, unionOf } from './types.mjs';

const of = (args, returns, { more = [], repeats = false } = {}) => ({ args, returns, more, repeats });
const property = type => ({ type, readOnly: true, required: true });
const COLLECTION = unionOf([STRING, arrayOf(ANY), { kind: 'object', properties: {}, additional: ANY }, NULL]);

const GROUP = objectOf({ id: property(STRING), name: property(STRING), location: property(STRING) }, 'resourceGroup');
const SUBSCRIPTION = objectOf({ id: property(STRING), subscriptionId: property(STRING), tenantId: property(STRING) }, 'subscription');
const TENANT = objectOf({ tenantId: property(STRING) }, 'tenant');
const SUFFIXES = objectOf({ storage: property(STRING), keyvaultDns: property(STRING) }, 'suffixes');
const ENVIRONMENT = objectOf({ name: property(STRING), suffixes: property(SUFFIXES) }, 'environment');

export const FUNCTIONS = {
  cidrHost: of([STRING, INT], STRING),
  cidrSubnet: of([STRING, INT, INT], STRING),
  concat: of([arrayOf(ANY)], arrayOf(ANY), { repeats: true }),
  empty: of([COLLECTION], BOOL),
  environment: of([], ENVIRONMENT),
  guid: of([STRING], STRING, { repeats: true }),
  json: of([STRING], ANY),
  replace: of([STRING, STRING, STRING], STRING),
  last: of([arrayOf(ANY)], STRING),
  resourceGroup: of([], GROUP, { more: [STRING, STRING] }),
  split: of([STRING, STRING], arrayOf(STRING)),
  string: of([ANY], STRING),
  subscription: of([], SUBSCRIPTION),
  subscriptionResourceId: of([STRING], STRING, { repeats: true }),
  take: of([STRING, INT], STRING),
  tenant: of([], TENANT),
  toLower: of([STRING], STRING),
  uniqueString: of([STRING], STRING, { repeats: true }),
};

export const DECORATORS = {
  allowed: of([arrayOf(ANY)], ANY),
  description: of([STRING], ANY),
  maxLength: of([INT], ANY),
  maxValue: of([INT], ANY),
  minLength: of([INT], ANY),
  minValue: of([INT], ANY),
  secure: of([], ANY),
};
