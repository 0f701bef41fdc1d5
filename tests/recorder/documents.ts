import { documentParts } from '../../server/documents/document-parts.ts';
import { openApi } from '../../server/documents/openapi.ts';
import { schemaBundle } from '../../server/documents/schema-bundle.ts';
import type { Contract } from '../../shared/index.ts';
import type { Documents } from './recordings.ts';

/** What is published of a contract, closed: a field that the documents do not have is found too. */
export function closedDocuments(contract: Contract): Documents {
  const parts = documentParts(contract);
  return { schemas: schemaBundle(parts, { isClosed: true }), openapi: openApi(parts) };
}
