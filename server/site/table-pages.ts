import { describeLimits } from '../description/limit-rows.ts';
import { describeCloseCodes, describeErrors, RECONNECT } from '../description/tables.ts';
import { html, inline, table } from './html.ts';
import { heading, type Page } from './page.ts';

/** The page of all errors, by code, and of close codes. */
export function errorsPage(): Page {
  const errors = describeErrors();
  const closes = describeCloseCodes();
  return {
    file: 'errors.html',
    title: 'Errors and close codes',
    content: html`<p>
        Decide by the code, never by the message. Over tRPC it is <code>error.data.reason</code>,
        over REST <code>reason</code> of the problem. <strong>May pass</strong> means that the same
        call may succeed later, unchanged.
      </p>
      ${table(
        ['Code', 'HTTP', 'tRPC', 'Closes with', 'May pass', 'What to do'],
        errors.map(({ code, http, trpc, close, retryable, advice }) => [
          html`<code id="${code}">${code}</code>`,
          http,
          trpc ? html`<code>${trpc}</code>` : 'before any call',
          close ?? '',
          retryable ? 'yes' : 'no',
          inline(advice),
        ]),
      )}
      <p>
        What tRPC refuses by itself, before any procedure is called, keeps its own name and status:
        <code>METHOD_NOT_SUPPORTED</code> (405), a
        <a href="#NO_SUCH_PROCEDURE">NO_SUCH_PROCEDURE</a>;
        <code>UNSUPPORTED_MEDIA_TYPE</code> (415) and <code>PARSE_ERROR</code> (400), both
        <a href="#BAD_INPUT">BAD_INPUT</a>.
      </p>
      ${heading(2, 'close-codes', html`Close codes`)}
      ${table(
        ['Code', 'What it means', 'What a client does'],
        closes.map(({ code, meaning, reconnect }) => [
          html`<code id="close-${code}">${code}</code>`,
          inline(meaning),
          RECONNECT[reconnect],
        ]),
      )}
      <p>Codes from 4500 to 4999 mean stop, every other one means come back.</p>`,
    places: [
      ...errors.map(({ code, advice }) => ({ title: code, anchor: code, text: advice })),
      ...closes.map(({ code, meaning }) => ({
        title: `Close code ${code}`,
        anchor: `close-${code}`,
        text: meaning,
      })),
    ],
  };
}

/** The page of all limits. */
export function limitsPage(): Page {
  const limits = describeLimits();
  const anchor = (index: number) => `limit-${index + 1}`;
  return {
    file: 'limits.html',
    title: 'Limits',
    content: html`<p>
        Where nothing is said, what goes beyond is refused as
        <a href="errors.html#BAD_INPUT">BAD_INPUT</a>. Those of connections and of publishing are
        what they are unless a server’s own code sets others.
      </p>
      ${table(
        ['What', 'Limit', 'Beyond'],
        limits.map(({ name, value, beyond }, index) => [
          html`<span id="${anchor(index)}">${inline(name)}</span>`,
          inline(value),
          inline(beyond),
        ]),
      )}`,
    places: limits.map(({ name, value, beyond }, index) => ({
      title: name,
      anchor: anchor(index),
      text: `${value}. ${beyond}`,
    })),
  };
}
