import type { Client } from "ssh2";

interface Protocol {
  readonly _handlers?: {
    USERAUTH_FAILURE?: (protocol: unknown, methods: readonly string[], isPart: boolean) => void;
  };
}

/**
 * Follows whether a server takes a key and then wants something besides (`AuthenticationMethods`), which ssh2 tells nobody. Gives
 * the methods that it let choose from; none where no key was taken, or a version of ssh2 has not what is looked at here.
 */
export function followFurtherMethods(client: Client): () => readonly string[] {
  const handlers = (client as unknown as { readonly _protocol?: Protocol })._protocol?._handlers;
  const refuse = handlers?.USERAUTH_FAILURE;
  let further: readonly string[] = [];
  if (handlers !== undefined && refuse !== undefined) {
    handlers.USERAUTH_FAILURE = (protocol, methods, isPart) => {
      if (isPart) further = methods;
      refuse(protocol, methods, isPart);
    };
  }
  return () => further;
}
