import type { z } from 'zod';
import { contractSchemas } from '../documents/contract-schemas.ts';
import type { DocumentParts } from '../documents/document-parts.ts';
import type { JsonSchema } from '../documents/json-schemas.ts';
import type { Recursive } from './schema-forms.ts';

/** What pages are made from. */
export interface SiteParts extends DocumentParts {
  /** The JSON Schema of a schema of the contract. */
  schemaOf(schema: z.ZodType): JsonSchema;
  /** The recursive schemas: no section tells of one, so it is told of where it is mentioned. */
  readonly recursive: Recursive;
}

/** Adds to what documents are made from what pages need. */
export function siteParts(parts: DocumentParts): SiteParts {
  const schemas = contractSchemas(parts, { dialect: 'draft-2020-12', refs: '#' });
  const { inputs, outputs, nameOf } = parts.schemas;
  const schemaOf = (schema: z.ZodType) => schemas[nameOf(schema)] ?? {};
  const isNamed = (name: string) => Object.hasOwn(inputs, name) || Object.hasOwn(outputs, name);
  const recursive = (name: string) => (isNamed(name) ? undefined : schemas[name]);
  return { ...parts, schemaOf, recursive };
}
