import { parseArgs } from 'node:util';
import { usageError } from './failure.ts';

/** An option: with a value, or a switch. */
export interface Option {
  /** What stands for the value in the help: `URL`. Unset: a switch. */
  readonly value?: string;
  readonly default?: string;
  /** An environment variable that gives the value when the option is not there. */
  readonly env?: string;
  /** One sentence, without a full stop. */
  readonly says: string;
}

/** Options by name, without the dashes. */
export type OptionTable = Readonly<Record<string, Option>>;

/** How a command is used. Its help is printed from this. */
export interface Usage<O extends OptionTable = OptionTable> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Arguments in their order. Only the last ones may be optional. */
  readonly args: readonly {
    readonly name: string;
    readonly says: string;
    readonly isOptional?: boolean;
  }[];
  readonly options: O;
  readonly examples: readonly string[];
}

/** What a command was called with: text for options with a value, true or false for switches. */
export type Values<O extends OptionTable> = {
  readonly [N in keyof O]: O[N] extends { readonly value: string }
    ? O[N] extends { readonly default: string }
      ? string
      : string | undefined
    : boolean;
};

/** A command line, read. */
export interface Parsed<O extends OptionTable> {
  readonly values: Values<O>;
  readonly args: readonly string[];
  /** Was help asked for? Then nothing else has been checked. */
  readonly isHelp: boolean;
}

/** Every command has it. */
export const HELP: Option = { says: 'print this and exit' };

type Env = Readonly<Record<string, string | undefined>>;

/** Reads a command line. An empty environment variable counts as unset.
 *  @throws CliError of exit code 2 */
export function parseOptions<O extends OptionTable>(
  usage: Usage<O>,
  argv: readonly string[],
  env: Env,
): Parsed<O> {
  const { values, positionals } = parse(usage, argv);
  const isHelp = values['help'] === true;
  if (!isHelp) checkArgs(usage, positionals);
  const known = Object.entries<Option>(usage.options).map(([name, option]) => {
    if (option.value === undefined) return [name, values[name] === true];
    const fromEnv = option.env === undefined ? undefined : env[option.env] || undefined;
    return [name, values[name] ?? fromEnv ?? option.default];
  });
  // Name by name what the table says.
  return { values: Object.fromEntries(known) as Values<O>, args: positionals, isHelp };
}

function parse(
  usage: Usage,
  argv: readonly string[],
): { values: Record<string, unknown>; positionals: string[] } {
  const table = { ...usage.options, help: HELP };
  const types = Object.entries<Option>(table).map(
    ([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const,
  );
  try {
    return parseArgs({
      args: joinValues(argv, table),
      allowPositionals: true,
      options: { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw usageError(message.replace(/\n/g, ' '), usage.name);
  }
}

/** Binds each value to its option: a position may begin with a dash, which stands for nothing else
 *  then. A known option is never taken for a value. */
function joinValues(argv: readonly string[], table: OptionTable): string[] {
  const isKnown = (word: string) => {
    const name = word.slice(2).split('=', 1)[0] ?? '';
    return word === '-h' || word === '--' || (word.startsWith('--') && Object.hasOwn(table, name));
  };
  const words: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') return [...words, ...argv.slice(index)];
    const next = argv[index + 1];
    const takesValue = word.startsWith('--') && table[word.slice(2)]?.value !== undefined;
    if (takesValue && next?.startsWith('-') && !isKnown(next)) {
      words.push(`${word}=${next}`);
      index += 1;
    } else words.push(word);
  }
  return words;
}

function checkArgs(usage: Usage, given: readonly string[]): void {
  const missing = usage.args.slice(given.length).find(({ isOptional }) => !isOptional);
  if (missing) throw usageError(`${usage.name} needs ${missing.name}: ${missing.says}`, usage.name);
  const surplus = given[usage.args.length];
  if (surplus === undefined) return;
  throw usageError(
    `${usage.name} takes no further argument: ${JSON.stringify(surplus)} (quote text with spaces)`,
    usage.name,
  );
}
