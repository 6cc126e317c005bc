import { register } from 'tsx/esm/api';

// A worker thread does not take over the loader of the thread that starts it.
register();
