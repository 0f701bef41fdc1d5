import { documentsOf } from '../../server/index.ts';
import { chat } from '../../shared/index.ts';
import { defineCommand } from '../command.ts';
import { differences, writeDocuments, type Difference } from '../docs/folder.ts';
import { readContract } from '../docs/read-contract.ts';
import { EXIT, usageError } from '../failure.ts';

/** `trpc-rooms docs`: what a server shows at /docs, as files. */
export const docs = defineCommand(
  {
    name: 'docs',
    summary: 'Write the documents of a contract: pages, OpenAPI, AsyncAPI and JSON Schemas.',
    args: [],
    options: {
      out: { value: 'DIR', says: 'the folder to write to (required); what else is there stays' },
      contract: {
        value: 'FILE',
        says: 'a module that exports room kinds (default: the contract of the ready server)',
      },
      title: { value: 'TEXT', says: 'what the documents are called (default: trpc-rooms)' },
      'contract-version': {
        value: 'TEXT',
        says: 'the version that they name (default: 1.0.0)',
      },
      check: { says: 'write nothing; fail when the folder differs from what would be written' },
      json: { says: 'print { files, changes, undescribed } as JSON' },
    },
    examples: [
      'trpc-rooms docs --out site',
      'trpc-rooms docs --contract src/contract.ts --title "Acme rooms" --out docs/api --check',
    ],
  },
  async ({ values }, { stdout, stderr }) => {
    const { out, contract, title, check, json } = values;
    if (out === undefined) throw usageError('docs needs --out: the folder to write to', 'docs');
    const kinds = contract === undefined ? { chat } : await readContract(contract);
    const documents = documentsOf(kinds, { title, version: values['contract-version'] });
    const changes = check ? differences(out, documents) : writeDocuments(out, documents);
    const files = documents.names().length;
    const undescribed = documents.undescribed();
    if (undescribed.length > 0 && !json) stderr.write(advise(undescribed));
    if (json) stdout.write(`${JSON.stringify({ files, changes, undescribed })}\n`);
    else stdout.write(check ? checked(out, changes) : written(out, files, changes));
    return check && changes.length > 0 ? EXIT.failed : EXIT.ok;
  },
);

function advise(undescribed: readonly string[]): string {
  const what = undescribed.join(', ');
  return `without a description or an example (.meta({ description, examples })): ${what}\n`;
}

function checked(out: string, changes: readonly Difference[]): string {
  if (changes.length === 0) return `${out} says what the contract says\n`;
  const lines = changes.map(({ file, is }) => `  ${is.padEnd(8)} ${file}\n`);
  return `${out} differs from the contract; write it anew without --check:\n${lines.join('')}`;
}

function written(out: string, files: number, changes: readonly Difference[]): string {
  return `${out}: ${files} files, ${changes.length} of them written or removed\n`;
}
