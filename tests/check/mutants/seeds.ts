/** Seeds whose plans find a mutant within a few, where those of all take dozens: by the mutant's name. They
 *  say nothing of what is found, only how soon. */
export const soonFound: Readonly<Record<string, string>> = {
  'an event is shown before its commit is marked': 's274',
  'the limit of a replay is ignored': 's6',
  'a merge takes what comes after a hole': 's0',
  'what came during the replay is dropped': 's5',
  'a reader who fell behind loses his beginning': 's30',
  'of two edits the earlier one counts': 's4',
  'a removal leaves the edits of what it removes': 's55',
  'a change names the epoch that it was made in': 's0',
  'a read begins one event early': 's0',
  'a latest value is tracked by the head of the room': 's35',
  'an edit is appended under no key': 's0',
  'an answer is refused before its key is looked up': 's1',
  'an answer goes past a removal that comes between': 's18',
  'what was removed counts as unread': 's13',
  'the client counts what was there when the server counted': 's0',
};
