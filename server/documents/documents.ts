import type { Contract } from '../../shared/index.ts';
import type { Asset } from '../http/asset.ts';
import { asyncApi } from './asyncapi.ts';
import { documentParts, type DocumentOptions } from './document-parts.ts';
import { openApi } from './openapi.ts';
import { schemaBundle } from './schema-bundle.ts';

/** Everything that is made from a contract to be read, by path: `/openapi.json`, `/asyncapi.json`, `/schemas.json`. */
export function documentsOf(
  contract: Contract,
  options?: DocumentOptions,
): ReadonlyMap<string, Asset> {
  const parts = documentParts(contract, options);
  return new Map([
    ['/openapi.json', json(openApi(parts), 'application/vnd.oai.openapi+json;version=3.1')],
    ['/asyncapi.json', json(asyncApi(parts), 'application/vnd.aai.asyncapi+json;version=3.1.0')],
    ['/schemas.json', json(schemaBundle(parts), 'application/schema+json')],
  ]);
}

function json(document: unknown, contentType: string): Asset {
  return { contentType, text: `${JSON.stringify(document, undefined, 2)}\n` };
}
