/** Makes a user id of any text, an e-mail address or `auth0|123` for instance, and of each text another: what ids cannot
 *  hold, and `~`, becomes `~` and the hexadecimal digits of its UTF-8 bytes (`auth0~7C123`). A text that needs none of
 *  this stays as it is. More than 128 characters, or none, make no user id. @throws URIError for half a surrogate pair */
export function userIdOf(text: string): string {
  if (/^\.{1,2}$/.test(text)) return '~2E'.repeat(text.length);
  return encodeURIComponent(text)
    .replace(/[!~*'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%', '~');
}
