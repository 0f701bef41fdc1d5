import type { Callable } from './rooms-api.ts';

/** What a REST call was answered. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // Whatever JSON holds.
  readonly body: Record<string, any>; // oxlint-disable-line typescript/no-explicit-any
}

/** Calls below `/api` with one bearer. `body`: text is sent as it is, anything else as JSON. */
export type Rest = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<RestAnswer>;

/** Makes such calls as a user, or with a key or token as it is. */
export async function restAs(
  server: Pick<Callable, 'url' | 'token'>,
  who: { user: string } | { bearer: string } | 'nobody',
): Promise<Rest> {
  const bearer = who === 'nobody' ? '' : 'user' in who ? await server.token(who.user) : who.bearer;
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${server.url}/api/${path}`, {
      method,
      headers: { ...(bearer && { authorization: `Bearer ${bearer}` }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}

/** One server-sent event. */
export interface StreamedEvent {
  readonly id?: string;
  readonly event?: string;
  // Whatever JSON holds.
  readonly data: any; // oxlint-disable-line typescript/no-explicit-any
}

/** Reads an event stream as any program would, without EventSource. Ends when it is left. */
export async function* streamed(response: Response): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const lines = block.split('\n').map((line) => line.split(/: ?(.*)/s).slice(0, 2));
      const fields = Object.fromEntries(lines) as { id?: string; event?: string; data?: string };
      if (fields.data === undefined) continue;
      const { data, ...rest } = fields;
      yield { ...rest, data: JSON.parse(data) };
    }
  }
}
