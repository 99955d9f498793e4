import { useMutation, useQueryClient } from '@tanstack/react-query';

/** Changes something, and has everything on the page asked for again. */
export function useAction<Input, Answer>(act: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation<Answer, Error, Input>({
    mutationFn: act,
    onSuccess: () => client.invalidateQueries(),
  });
}
