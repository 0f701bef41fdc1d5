// Texts that run something where a page takes them for more than text. `pwned` and dialogs are counted.
const calls = ['alert(1)', 'pwned()', 'confirm`1`', 'prompt(document.domain)'];

const forms = [
  (call: string) => `<script>${call}</script>`,
  (call: string) => `"><script>${call}</script>`,
  (call: string) => `<img src=x onerror=${call}>`,
  (call: string) => `<svg onload=${call}>`,
  (call: string) => `<body onload=${call}>`,
  (call: string) => `<iframe srcdoc="<script>parent.${call}</script>"></iframe>`,
  (call: string) => `<a href="javascript:${call}">x</a>`,
  (call: string) => `javascript:${call}`,
  (call: string) => `https://example.com/"onmouseover="${call}`,
  (call: string) => `https://example.com/'><img/src/onerror=${call}>`,
  (call: string) => `http://javascript:${call}@example.com/`,
  (call: string) => `[x](javascript:${call})`,
  (call: string) => `<details open ontoggle=${call}>`,
  (call: string) => `<input autofocus onfocus=${call}>`,
  (call: string) => `<video><source onerror="${call}">`,
  (call: string) => `<math><mi//xlink:href="data:x,<script>${call}</script>">`,
  (call: string) => `<style>@import'javascript:${call}';</style>`,
  (call: string) => `<object data="data:text/html,<script>${call}</script>">`,
  (call: string) => `<form><button formaction=javascript:${call}>x`,
  (call: string) => `<marquee onstart=${call}>`,
  (call: string) => `{{constructor.constructor('${call}')()}}`,
  (call: string) => `\${${call}}`,
  (call: string) => `<noscript><p title="</noscript><img src=x onerror=${call}>">`,
  (call: string) => `data:text/html,<script>${call}</script>`,
  (call: string) => `<base href="javascript:${call}//">`,
  (call: string) => `&lt;script&gt;${call}&lt;/script&gt;`,
];

/** 104 of them. */
export const payloads: readonly string[] = forms.flatMap((form) => calls.map(form));
