import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Documents, Recording } from './recordings.ts';

/** Says what is wrong with a recording. Undefined: nothing. */
export type Judge = (recording: Recording) => string | undefined;

type Json = Record<string, unknown>;

/** Holds recordings against the documents of their contract. */
export function createJudge({ schemas, openapi }: Documents): Judge {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  ajv.addSchema(schemas, 'bundle');
  const names = new Set(Object.keys((schemas as { $defs: object }).$defs));
  const templates = templatesOf(openapi);

  const check = (name: string, value: unknown): string | undefined => {
    if (!names.has(name)) return `there is no schema ${name}`;
    if (ajv.validate({ $ref: `bundle#/$defs/${name}` }, value)) return undefined;
    return `not ${name}: ${ajv.errorsText()}`;
  };
  const enveloped = (name: string, value: unknown): string | undefined => {
    const { json, meta, ...more } = value as Json;
    if (Object.keys(more).length > 0) return `beside json and meta: ${Object.keys(more).join()}`;
    return (
      check(name, withoutUndefined(json, meta)) ?? (meta ? check('SuperjsonMeta', meta) : undefined)
    );
  };

  const judgeReply = ({ path, type, body, asked }: Recording): string | undefined => {
    const { id: _, result, error, method, jsonrpc: __, ...more } = body as Json;
    if (Object.keys(more).length > 0) return `an envelope with ${Object.keys(more).join()}`;
    if (method !== undefined) return method === 'reconnect' ? undefined : 'a method of its own';
    if (error) return enveloped('ErrorShape', error);
    const { type: kind = 'data', data, id } = result as Json;
    if (kind === 'started' || kind === 'stopped') return undefined;
    if (kind !== 'data') return `result of type ${String(kind)}`;
    return (
      askedOf(path, asked) ??
      (type === 'subscription' ? judgeFrame(path, data, id) : answerOf(path, data))
    );
  };
  const askedOf = (path: string, asked: unknown) => {
    const name = `${path}.input`;
    return asked === undefined || !names.has(name) ? undefined : enveloped(name, asked);
  };
  const answerOf = (path: string, data: unknown): string | undefined => {
    const name = templates.outputs.get(path);
    if (name !== undefined) return enveloped(name, data);
    return (data as Json)['json'] === null ? undefined : `${path} answers something`;
  };
  const judgeFrame = (path: string, data: unknown, id: unknown): string | undefined => {
    const { json, meta } = data as { json: Json; meta?: Json };
    if (json['id'] !== id) return `a frame tracked by ${String(id)} says ${String(json['id'])}`;
    return check(frameOf(path), withoutUndefined(json['data'], below(meta, 'data')));
  };

  const judgeRest = ({ path, type, body }: Recording): string | undefined => {
    const forms = templates.restOutputs(path);
    if (forms === undefined) return `${path} is in no document`;
    if (type === 'event') return check(forms[0] ?? '', body);
    const faults = forms.map((name) => check(name, body));
    return faults.includes(undefined) ? undefined : faults[0];
  };

  return (recording) => {
    switch (recording.form) {
      case 'reply':
        return judgeReply(recording);
      case 'frame':
        return enveloped(frameOf(recording.path), recording.body);
      case 'rest':
      case 'event':
        return judgeRest(recording);
      case 'problem':
        return check('Problem', recording.body);
    }
  };
}

function frameOf(path: string): string {
  return `${path.split('.')[0]}.Frame`;
}

interface Templates {
  /** The schema of what a procedure answers, by its path. */
  readonly outputs: ReadonlyMap<string, string>;
  /** The schemas of what `GET /api/…` answers, one of them. Empty: it is not named. Undefined: there is none. */
  restOutputs(call: string): readonly string[] | undefined;
}

function templatesOf(openapi: object): Templates {
  const { paths } = openapi as { paths: Record<string, Record<string, Json>> };
  const outputs = new Map<string, string>();
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const forms = namesIn(operation);
      const [name] = forms;
      if (name) outputs.set(String(operation['operationId']), name);
      const pattern = path.replaceAll('.', '\\.').replace(/\{\w+\}/, '[^/]+');
      return { forms, is: new RegExp(`^${method.toUpperCase()} ${pattern}$`) };
    }),
  );
  return { outputs, restOutputs: (call) => calls.find(({ is }) => is.test(call))?.forms };
}

function namesIn(operation: Json): string[] {
  const text = JSON.stringify((operation['responses'] as Json)['200']);
  const refs = text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
  return [...refs].map(([, name = '']) => name);
}

/** The meta of a part, where superjson names it by a path. */
function below(meta: Json | undefined, key: string): Json | undefined {
  const values = meta?.['values'];
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return undefined;
  const found = Object.entries(values as Json).flatMap(([path, what]) =>
    path.startsWith(`${key}.`) ? [[path.slice(key.length + 1), what] as const] : [],
  );
  return { values: Object.fromEntries(found) };
}

/** The JSON without what stands for undefined: a reader of the envelope drops it. */
function withoutUndefined(json: unknown, meta: unknown): unknown {
  const values = (meta as Json | undefined)?.['values'];
  if (Array.isArray(values)) return json;
  const copy: unknown = structuredClone(json);
  drop(copy, values, []);
  return copy;
}

function drop(root: unknown, values: unknown, at: readonly string[]): void {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return;
  for (const [path, what] of Object.entries(values as Json)) {
    const keys = [...at, ...path.split('.')];
    if (Array.isArray(what) && what[0] === 'undefined') remove(root, keys);
    else if (Array.isArray(what)) drop(root, what[1], keys);
    else drop(root, what, keys);
  }
}

function remove(root: unknown, keys: readonly string[]): void {
  const owner = keys
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Json | undefined)?.[key], root);
  if (typeof owner === 'object' && owner !== null) delete (owner as Json)[keys.at(-1) ?? ''];
}
