/**
 * How whoever gave this command calls Posthorn, so that a command that is shown can be given as it stands.
 *
 * @param script what npm runs, as `npm_lifecycle_event` says
 */
export function commandName(script: string | undefined): string {
  if (script === 'posthorn') return 'npm run posthorn --';
  return script === 'npx' ? 'npx posthorn' : 'posthorn';
}
