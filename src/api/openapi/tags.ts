/** What the operations are about, in the order in which they are shown; with the first part of their path. */
const TAGS = [
  ['webhooks', 'Webhooks', 'Endpoints: a URL, its secrets, what it wants, and its health'],
  ['accounts', 'Accounts', 'What holds for all webhooks of an account that say nothing themselves'],
  ['events', 'Events', 'What happened, to be told to the webhooks that want it'],
  ['deliveries', 'Deliveries', 'The duty to bring one event to one webhook, and its attempts'],
  ['attempts', 'Attempts', 'The requests that were made for deliveries'],
  ['replays', 'Replays', 'Past deliveries of one webhook that are made again, a few at a time'],
  ['overview', 'Overview', 'How all webhooks are'],
  ['zombies', 'Zombies', 'Webhooks that keep failing, and when they will be deactivated'],
  ['policy', 'Policy', "When an account's webhooks are warned of and deactivated"],
  ['rules', 'Alert rules', 'What an account wants to be told of'],
  ['incidents', 'Incidents', 'Alert rules that hold, or held'],
  ['channels', 'Channels', "Where an account's notices are sent"],
  ['portal-links', 'Portal', 'Links by which customers look after the webhooks of one account'],
  ['keys', 'Keys', 'What callers show, each with a role'],
  ['queues', 'Queues', 'What BullMQ holds'],
  ['processes', 'Processes', 'Who is at work'],
  ['settings', 'Settings', 'What is in force'],
  ['archive', 'Archive', 'Days that left the tables'],
  ['erasures', 'Erasure', 'Removing what the events of an account said'],
  ['tasks', 'Tasks', 'Long work that somebody asked for, and how far it has come'],
] as const;

/** Of operations that are not under `/v1`. */
const PROCESS = { name: 'Process', description: 'How this process does' };

/** The tags of the document. */
export const TAG_OBJECTS = [
  ...TAGS.map(([, name, description]) => ({ name, description })),
  PROCESS,
];

/** The tag of the operation at a path. Throws where its first part is not known above. */
export function tagOf(url: string): string {
  const [, version, noun] = url.split('/');
  if (version !== 'v1') return PROCESS.name;
  const found = TAGS.find(([part]) => part === noun);
  if (found === undefined) throw new Error(`${url} needs its tag in openapi/tags.ts`);
  return found[1];
}
