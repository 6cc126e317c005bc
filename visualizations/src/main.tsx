import { render } from 'preact';
import { createApp } from './app/app-state.js';
import { Page } from './app/page.js';
import './styles/theme.css';
import './styles/base.css';
import './styles/workspace.css';
import './styles/chrome.css';

const root = document.getElementById('app');
if (root === null) throw new Error('expected an element with the id "app" in the page, found none');
render(<Page app={createApp()} />, root);
