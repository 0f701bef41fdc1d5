/** Seeds whose plans find a mutant within a few, where those of all take dozens: by the mutant's name. They
 *  say nothing of what is found, only how soon. */
export const soonFound: Readonly<Record<string, string>> = {
  'an event is shown before its commit is marked': 's7',
  'the limit of a replay is ignored': 's0',
  'a merge takes what comes after a hole': 's0',
  'what came during the replay is dropped': 's0',
  'a reader who fell behind loses his beginning': 's12',
  'of two edits the earlier one counts': 's3',
  'a removal leaves the edits of what it removes': 's13',
  'a change names the epoch that it was made in': 's0',
};
