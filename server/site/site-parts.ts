import type { z } from 'zod';
import { contractSchemas } from '../documents/contract-schemas.ts';
import type { DocumentParts } from '../documents/document-parts.ts';
import type { JsonSchema } from '../documents/json-schemas.ts';

/** What pages are made from. */
export interface SiteParts extends DocumentParts {
  /** The JSON Schema of a schema of the contract. */
  schemaOf(schema: z.ZodType): JsonSchema;
}

/** Adds to what documents are made from what pages need. */
export function siteParts(parts: DocumentParts): SiteParts {
  const schemas = contractSchemas(parts, { dialect: 'draft-2020-12', refs: '#' });
  const schemaOf = (schema: z.ZodType) => schemas[parts.schemas.nameOf(schema)] ?? {};
  return { ...parts, schemaOf };
}
