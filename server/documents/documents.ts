import type { Contract } from '../../shared/index.ts';
import type { Asset } from '../http/asset.ts';
import { once } from '../once.ts';
import { siteOf } from '../site/site.ts';
import { asyncApi } from './asyncapi.ts';
import { documentParts, type DocumentOptions, type DocumentParts } from './document-parts.ts';
import { openApi } from './openapi.ts';
import { schemaBundle } from './schema-bundle.ts';

/** Everything that is made from a contract to be read, as files that stand side by side. */
export interface Documents {
  /** A file by its name: `openapi.json`, `index.html`. Each is made when it is first asked for. */
  file(name: string): Asset | undefined;
  /** The names of all files. */
  names(): string[];
  /** Events that their contract says too little of: without a description, or without an example that is valid
   *  (`.meta({ description, examples })` of their schemas). */
  undescribed(): string[];
}

/** Writes down a contract: pages for people, OpenAPI, AsyncAPI and JSON Schemas for programs. */
export function documentsOf(contract: Contract, options?: DocumentOptions): Documents {
  const parts = once(() => documentParts(contract, options));
  const site = once(() => siteOf(parts()));
  const documents: Readonly<Record<string, () => Asset>> = {
    'openapi.json': once(() => json(openApi(parts()), 'application/vnd.oai.openapi+json')),
    'asyncapi.json': once(() => json(asyncApi(parts()), 'application/vnd.aai.asyncapi+json')),
    'schemas.json': once(() => json(schemaBundle(parts()), 'application/schema+json')),
  };
  return {
    file: (name) => (Object.hasOwn(documents, name) ? documents[name]?.() : site().get(name)),
    undescribed: () => undescribedIn(parts()),
    names: () => [...Object.keys(documents), ...site().keys()],
  };
}

function undescribedIn({ kinds }: DocumentParts): string[] {
  return kinds.flatMap(({ kind, events }) =>
    events.flatMap(({ type, description, example }) =>
      description === '' || example === undefined ? [`${kind.name}.${type}`] : [],
    ),
  );
}

function json(document: unknown, contentType: string): Asset {
  return { contentType, text: `${JSON.stringify(document, undefined, 2)}\n` };
}

const FOR_PROGRAMS = /^\/((?:openapi|asyncapi|schemas)\.json)$/;
const FOR_PEOPLE = /^\/docs\/([\w.-]*)$/;

/** The documents of a server by path: pages below `/docs/`, what is for programs at the root as well. */
export function documentsAt(documents: Documents): (path: string) => Asset | undefined {
  return (path) => {
    const name = FOR_PROGRAMS.exec(path)?.[1] ?? FOR_PEOPLE.exec(path)?.[1];
    if (name === undefined) return undefined;
    // `/docs/errors#CODE` is what errors name.
    return documents.file(name === '' ? 'index.html' : name) ?? documents.file(`${name}.html`);
  };
}
