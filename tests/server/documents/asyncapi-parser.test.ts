import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from 'vitest';
import { asyncApi } from '../../../server/documents/asyncapi.ts';
import { documentParts } from '../../../server/documents/document-parts.ts';
import { chat, defineRoom, durable } from '../../../shared/index.ts';
import { post } from '../../kit/forum.ts';

// A recursive schema refers to itself, and the parser follows.
const thread = defineRoom('thread', { events: { posted: durable(post) } });

describe('the AsyncAPI document', () => {
  // The parser takes 5 s of a processor for it.
  it('is valid by the parser of AsyncAPI, which has nothing to say of it', async () => {
    const text = JSON.stringify(asyncApi(documentParts({ chat, thread })));
    const { document, diagnostics } = await new Parser().parse(text);
    expect(diagnostics).toEqual([]);
    expect(document?.version()).toBe('3.1.0');
    expect(document?.operations().get('chat.send')?.reply()?.messages().all()).toHaveLength(2);
  });
});
