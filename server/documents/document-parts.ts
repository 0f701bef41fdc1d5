import type { Contract } from '../../shared/index.ts';
import { describeContract, type KindDescription } from '../description/describe.ts';
import type { Operation } from '../rest/operation.ts';
import { operationsOf } from '../rest/operations.ts';
import { namedSchemas, type NamedSchemas } from './named-schemas.ts';

/** What all documents are made from. */
export interface DocumentParts {
  readonly title: string;
  readonly version: string;
  readonly kinds: readonly KindDescription[];
  readonly operations: readonly Operation[];
  readonly schemas: NamedSchemas;
}

/** How documents introduce themselves. */
export interface DocumentOptions {
  /** Default: `trpc-rooms`. */
  readonly title?: string | undefined;
  /** The contract's own. Default: `1.0.0`. */
  readonly version?: string | undefined;
}

/** Describes a contract for documents. */
export function documentParts(
  contract: Contract,
  { title = 'trpc-rooms', version = '1.0.0' }: DocumentOptions = {},
): DocumentParts {
  const kinds = describeContract(contract);
  const operations = operationsOf(kinds);
  return { title, version, kinds, operations, schemas: namedSchemas(kinds, operations) };
}
