import { Component, type ComponentChildren, type ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const loaded = new Map<string, ComponentType<never>>();

interface LazyProps<P> {
  /** What the code is called; it is loaded once under this name. */
  readonly name: string;
  readonly load: () => Promise<ComponentType<P>>;
  readonly props: P;
}

/** A component whose code comes when it is first shown. What goes wrong in it stays within it. */
export function Lazy<P extends object>({ name, load, props }: LazyProps<P>) {
  const [state, setState] = useState<{ readonly name: string; readonly failure?: string }>({ name });
  const Loaded = loaded.get(name) as ComponentType<P> | undefined;
  useEffect(() => {
    if (Loaded !== undefined) return undefined;
    let isCurrent = true;
    load().then(
      (component) => {
        loaded.set(name, component as ComponentType<never>);
        if (isCurrent) setState({ name });
      },
      (error: unknown) => {
        if (isCurrent) setState({ name, failure: messageOf(error) });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [name]);
  if (Loaded !== undefined) {
    return (
      <Fence key={name} name={name}>
        <Loaded {...props} />
      </Fence>
    );
  }
  const failure = state.name === name ? state.failure : undefined;
  return <p class="pane-empty">{failure === undefined ? '' : `This pane could not be loaded: ${failure}`}</p>;
}

/** Keeps an error of one pane from taking the page along. */
class Fence extends Component<{ readonly name: string; readonly children?: ComponentChildren }, { failure?: string }> {
  override state: { failure?: string } = {};

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failure: messageOf(error) });
  }

  override render() {
    const { failure } = this.state;
    if (failure === undefined) return this.props.children;
    return (
      <div class="pane-empty" role="alert">
        <p>
          The pane {this.props.name} has failed: {failure}
        </p>
        <button type="button" onClick={() => this.setState({ failure: undefined } as unknown as { failure?: string })}>
          Show it again
        </button>
      </div>
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
