import superjson, { type SuperJSONResult } from 'superjson';

/** superjson as clients of a rooms server speak it. A value that occurs twice in one input is sent
 *  twice: the note that the two were one would be refused (TRN6), and nobody needs it. A Buffer of Node's is the
 *  Uint8Array that it is: by its own name nobody could read it. */
export const clientSuperjson = {
  input: {
    serialize: (data: unknown): SuperJSONResult => {
      const { json, meta } = superjson.serialize(data);
      if (!meta?.values) return { json };
      const { referentialEqualities: _, ...rest } = meta;
      return { json, meta: withoutBuffers(rest) };
    },
    deserialize: (raw: SuperJSONResult): unknown => superjson.deserialize(raw),
  },
  output: superjson,
};

const BUFFER = '["typed-array","Buffer"]';

function withoutBuffers<Meta>(meta: Meta): Meta {
  const text = JSON.stringify(meta);
  // No key or value holds this text: within them quotes are escaped.
  if (!text.includes(BUFFER)) return meta;
  return JSON.parse(text.replaceAll(BUFFER, '["typed-array","Uint8Array"]')) as Meta;
}
