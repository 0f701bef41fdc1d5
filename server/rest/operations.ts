import type { KindDescription } from '../description/describe.ts';
import type { ProcedureDescription } from '../description/procedure.ts';
import type { Operation } from './operation.ts';
import { methodOf } from './server-call.ts';
import { serverOperations } from './server-operations.ts';

/** Everything below `/api` that is made from a contract: each procedure by its name, below the room where it is
 *  about one, and what backends have beside. */
export function operationsOf(kinds: readonly KindDescription[]): Operation[] {
  const ofUsers = kinds.flatMap(({ kind, procedures }) =>
    procedures.map((procedure) => userOperation(kind.name, procedure)),
  );
  const ofServers = new Map(
    serverOperations(kinds).map((operation) => [keyOf(operation), operation]),
  );
  const joined = ofUsers.map((operation) => {
    const { server } = ofServers.get(keyOf(operation)) ?? {};
    ofServers.delete(keyOf(operation));
    return { ...operation, server };
  });
  return [...joined, ...ofServers.values()];
}

function userOperation(kind: string, procedure: ProcedureDescription): Operation {
  const { name, isInRoom } = procedure;
  return {
    method: methodOf(procedure),
    path: isInRoom ? `/api/${kind}/rooms/{room}/${name}` : `/api/${kind}/${name}`,
    param: isInRoom ? 'room' : undefined,
    kind,
    procedure,
    server: undefined,
  };
}

function keyOf({ method, path }: Operation): string {
  return `${method} ${path}`;
}

/** Finds what is called. */
export interface OperationTable {
  /** The operations at a path, by method, and what stands in the path. Undefined: there is no such path. */
  find(path: string): Found | undefined;
}

/** What stands at a path. */
export interface Found {
  readonly methods: ReadonlyMap<string, Operation>;
  /** What stands where the template has its parameter. */
  readonly given: string | undefined;
}

/** Makes the table. */
export function createOperationTable(operations: readonly Operation[]): OperationTable {
  const paths = new Map<string, Map<string, Operation>>();
  for (const operation of operations) {
    const pattern = operation.path.replace(/\{\w+\}/, '*');
    const methods = paths.get(pattern) ?? new Map<string, Operation>();
    paths.set(pattern, methods.set(operation.method, operation));
  }
  return {
    find: (path) => {
      const plain = paths.get(path);
      if (plain) return { methods: plain, given: undefined };
      const parts = path.split('/');
      // `/api/chat/rooms/*/send` and `/api/users/*/notify`.
      const given = parts.at(-2);
      const methods = paths.get([...parts.slice(0, -2), '*', ...parts.slice(-1)].join('/'));
      return methods && { methods, given };
    },
  };
}
