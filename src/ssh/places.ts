import { HostError } from "./host-error.ts";

/**
 * Terms: each request for a place says how many may be held at *most*, and of what *kind* it is. A place *rests* while
 * what it was taken for is kept and nobody works with it.
 *
 * Premise: a place belongs to whoever works. So what rests is ended when somebody waits. What began to rest last goes first,
 * because hosts are changed about in the order in which they were looked at: it would be needed last.
 *
 * Cases: requests are served in the order in which they came; one whose own number is lower than that of the others waits
 * until it is reached, and the others wait behind it. What is ended holds its place until it is gone.
 */
export interface Places {
  /** Throws HostError `interrupted` as soon as the signal is aborted, and what `refuse` is given. */
  take(request: PlaceRequest): Promise<Place>;
  /** Ends all requests of a kind that still wait, with this error. */
  refuse(kind: string, error: unknown): void;
  /** Places that are held, and those of them that somebody works with. */
  held(): number;
  working(): number;
}

export interface PlaceRequest {
  readonly most: number;
  readonly kind: string;
  readonly signal: AbortSignal;
}

export interface Place {
  /** Nobody works with it for now: `end` is called at once, or as soon as somebody else needs the place. */
  rest(end: () => void): void;
  /** Somebody works with it again. False: it is being ended. */
  resume(): boolean;
  /** Calling it again does nothing. */
  release(): void;
}

interface Waiting extends PlaceRequest {
  readonly settle: () => void;
  readonly grant: (place: Place) => void;
  readonly reject: (error: unknown) => void;
}

/** `onChange` is called whenever somebody begins or stops working with a place. */
export function createPlaces(onChange: () => void): Places {
  const waiting = new Set<Waiting>();
  /** How to end what rests, the latest last. */
  const resting = new Map<Place, () => void>();
  let held = 0;
  let leaving = 0;

  function serve(): void {
    for (const next of waiting) {
      if (held >= next.most) break;
      waiting.delete(next);
      next.settle();
      next.grant(hold());
    }
    while (leaving < waiting.size) {
      const latest = [...resting].pop();
      if (!latest) break;
      const [place, end] = latest;
      resting.delete(place);
      leaving += 1;
      end();
    }
  }

  function hold(): Place {
    let state: "working" | "resting" | "released" = "working";
    held += 1;
    const place: Place = {
      rest(end) {
        if (state !== "working") return;
        state = "resting";
        resting.set(place, end);
        onChange();
        serve();
      },
      resume() {
        if (state !== "resting" || !resting.delete(place)) return false;
        state = "working";
        onChange();
        return true;
      },
      release() {
        if (state === "released") return;
        if (state === "resting" && !resting.delete(place)) leaving -= 1;
        state = "released";
        held -= 1;
        serve();
        onChange();
      },
    };
    onChange();
    return place;
  }

  return {
    take: (request) =>
      new Promise((resolve, reject) => {
        const { signal } = request;
        const interrupt = () => {
          waiting.delete(one);
          one.settle();
          reject(new HostError("interrupted", "interrupted"));
        };
        const settle = () => signal.removeEventListener("abort", interrupt);
        const one: Waiting = { ...request, settle, grant: resolve, reject };
        if (signal.aborted) return interrupt();
        signal.addEventListener("abort", interrupt);
        waiting.add(one);
        serve();
      }),
    refuse(kind, error) {
      for (const one of waiting) {
        if (one.kind !== kind) continue;
        waiting.delete(one);
        one.settle();
        one.reject(error);
      }
      serve();
    },
    held: () => held,
    working: () => held - resting.size - leaving,
  };
}
