import { contractSchemas } from './contract-schemas.ts';
import type { DocumentParts } from './document-parts.ts';
import type { JsonSchema, SchemaStyle } from './json-schemas.ts';
import { wireSchemas } from './wire-schemas.ts';

const REFS = '#/$defs/';

/** Every schema of a contract and of the wire as one JSON Schema document (2020-12): each stands in `$defs` under its
 *  name. `isClosed`: as of `SchemaStyle`. */
export function schemaBundle(
  parts: DocumentParts,
  { isClosed }: Pick<SchemaStyle, 'isClosed'> = {},
): JsonSchema & { readonly $defs: Readonly<Record<string, JsonSchema>> } {
  const style: SchemaStyle = { dialect: 'draft-2020-12', refs: REFS, isClosed: isClosed ?? false };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: parts.title,
    description:
      'What procedures take and give, what streams carry, and what both are wrapped in. Over tRPC each stands in ' +
      'the `json` of a superjson envelope; over REST it is the body. What JSON has no form for, undefined and NaN, is as REST has it: tRPC alone carries it.',
    $defs: {
      ...contractSchemas(parts, style),
      ...wireSchemas((name) => ({ $ref: `${REFS}${name}` })),
    },
  };
}
