/** A placeholder: a name in braces. Any other brace stands for itself. */
const PLACEHOLDER = /\{([A-Za-z0-9]+)\}/;

/** The names of a template's placeholders, in their order. */
export function placeholdersOf(template: string): readonly string[] {
  return template.split(PLACEHOLDER).filter((_, index) => index % 2 === 1);
}

/** Prepares a template for many fillings. What has no value is left empty. */
export function compileTemplate(
  template: string,
): (values: Readonly<Record<string, string>>) => string {
  // Text and names in turn.
  const parts = template.split(PLACEHOLDER);
  if (parts.length === 1) return () => template;
  return (values) =>
    parts.map((part, index) => (index % 2 === 0 ? part : (values[part] ?? ''))).join('');
}
