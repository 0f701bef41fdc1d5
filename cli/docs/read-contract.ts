import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Contract, RoomKind } from '../../shared/index.ts';
import { CliError, EXIT, reportFailure, usageError } from '../failure.ts';

/** Reads a contract from a module: its room kinds, exported one by one or as one record of them.
 *  @throws CliError for a file that cannot be imported, or exports no kind */
export async function readContract(file: string): Promise<Contract> {
  const kinds = kindsIn(Object.values(await importFile(file)));
  if (kinds.length === 0) {
    throw usageError(`${file} exports no room kind: nothing there was made by defineRoom`, 'docs');
  }
  const contract: Record<string, RoomKind> = {};
  for (const kind of kinds) {
    if (contract[kind.name] !== undefined && contract[kind.name] !== kind) {
      throw usageError(`${file} exports two room kinds named ${kind.name}`, 'docs');
    }
    contract[kind.name] = kind;
  }
  return contract;
}

async function importFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  const onExit = () => {
    process.exitCode = EXIT.failed;
    reportFailure(endedBy(file), { json: false, write: (text) => void process.stderr.write(text) });
  };
  // A module that ends the process would end this as if all were well.
  process.once('exit', onExit);
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(`cannot import ${file}: ${message}`, {
      advice: 'Name a module that runs by itself under Node 24, such as src/contract.ts.',
      cause: error,
    });
  } finally {
    process.off('exit', onExit);
  }
}

function endedBy(file: string): CliError {
  return new CliError(`${file} ends the process when it is imported`, {
    advice: 'Name a module that only defines and exports room kinds.',
  });
}

function kindsIn(values: readonly unknown[]): RoomKind[] {
  return values.flatMap((value) => {
    if (isKind(value)) return [value];
    const parts = isRecord(value) ? Object.values(value) : [];
    return parts.length > 0 && parts.every(isKind) ? parts : [];
  });
}

/** By its form: it may come from another copy of this package. */
function isKind(value: unknown): value is RoomKind {
  if (!isRecord(value)) return false;
  const { name, events, history, shorthands } = value;
  return typeof name === 'string' && isRecord(events) && isRecord(history) && isRecord(shorthands);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
