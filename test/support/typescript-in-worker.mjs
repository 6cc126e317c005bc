// A worker thread does not take over the loader of the thread that starts it.
import '@oxc-node/core/register';
