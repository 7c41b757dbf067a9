{{%AUTOESCAPE context="HTML"}}
{{! cgi/page.h lists the names that the dispatcher sets here. Only this file
    may hold what every page shares; a form's field NAME has the id f-NAME. }}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{#TROUBLE}}{{TROUBLE_TEXT}} · {{/TROUBLE}}{{TITLE}} · quotemill</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f5f6f8">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#11151b">
<meta name="description" content="quotemill: market data fetched, checked and milled, and what was done about it">
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/console.css">
<script type="module" src="/static/console.js"></script>
{{#REFRESH}}<noscript><meta http-equiv="refresh" content="{{REFRESH_S}}"></noscript>{{/REFRESH}}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="side">
<a class="brand" href="/"><svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true"><use href="/static/icons.svg#i-mill"/></svg>quotemill</a>
{{#SIGNED_IN}}
<a class="bell tone-{{BELL_TONE}}" id="bell" href="/incidents" data-live="/live/alerts"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-bell"/></svg><span><span class="visually-hidden">Open alerts: </span><span id="bell-words">{{BELL_WORDS}}</span></span></a>
<p class="visually-hidden" id="bell-note" role="status"></p>
<nav class="nav" aria-label="Main">
<ul>
<li><a href="/" {{#AT_OVERVIEW}}aria-current="page"{{/AT_OVERVIEW}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-overview"/></svg>Overview</a></li>
<li><a href="/runs" {{#AT_RUNS}}aria-current="page"{{/AT_RUNS}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-runs"/></svg>Runs</a></li>
{{#IS_OPERATOR}}<li><a href="/trigger" {{#AT_TRIGGER}}aria-current="page"{{/AT_TRIGGER}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-trigger"/></svg>Trigger</a></li>
<li><a href="/upload" {{#AT_UPLOAD}}aria-current="page"{{/AT_UPLOAD}} {{#AT_UPLOADS}}aria-current="true"{{/AT_UPLOADS}} {{#AT_LOADS}}aria-current="true"{{/AT_LOADS}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-upload"/></svg>Upload</a></li>{{/IS_OPERATOR}}
<li><a href="/alerts" {{#AT_ALERTS}}aria-current="page"{{/AT_ALERTS}} {{#AT_INCIDENTS}}aria-current="true"{{/AT_INCIDENTS}} {{#AT_SILENCES}}aria-current="true"{{/AT_SILENCES}} {{#AT_DELIVERIES}}aria-current="true"{{/AT_DELIVERIES}} {{#AT_CHANNELS}}aria-current="true"{{/AT_CHANNELS}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-alerts"/></svg>Alerts</a></li>
<li><a href="/models" {{#AT_MODELS}}aria-current="page"{{/AT_MODELS}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-models"/></svg>Models</a></li>
<li><a href="/instruments" {{#AT_INSTRUMENTS}}aria-current="page"{{/AT_INSTRUMENTS}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-instruments"/></svg>Instruments</a></li>
<li><a href="/coverage" {{#AT_COVERAGE}}aria-current="page"{{/AT_COVERAGE}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-coverage"/></svg>Coverage</a></li>
<li><a href="/quarantine" {{#AT_QUARANTINE}}aria-current="page"{{/AT_QUARANTINE}} {{#AT_RULES}}aria-current="true"{{/AT_RULES}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-quarantine"/></svg>Quarantine</a></li>
<li><a href="/tokens" {{#AT_TOKENS}}aria-current="page"{{/AT_TOKENS}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-tokens"/></svg>Tokens</a></li>
{{#IS_ADMIN}}
<li><a href="/users" {{#AT_USERS}}aria-current="page"{{/AT_USERS}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-users"/></svg>Users</a></li>
<li><a href="/audit" {{#AT_AUDIT}}aria-current="page"{{/AT_AUDIT}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-audit"/></svg>Audit</a></li>
{{/IS_ADMIN}}
</ul>
</nav>
<div class="who">
<a href="/account" {{#AT_ACCOUNT}}aria-current="page"{{/AT_ACCOUNT}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-account"/></svg><span class="visually-hidden">Account of </span>{{USER_NAME}}</a>
<form method="post" action="/logout"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-quiet" type="submit">Log out</button></form>
</div>
{{/SIGNED_IN}}
</header>
<main id="main" tabindex="-1">
{{#SIMULATED}}<p class="simulated"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-simulated"/></svg><span><strong>Simulated data.</strong> These numbers come from the simulator, not from a market.</span></p>{{/SIMULATED}}
{{#FLASH}}<div class="flash" role="status"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-succeeded"/></svg><p>{{FLASH_TEXT}}</p></div>{{/FLASH}}
<h1>{{TITLE}}</h1>
{{#ERRORS}}
<div class="errors" role="alert" tabindex="-1" id="errors">
<h2><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-failed"/></svg>{{ERRORS_TITLE}}</h2>
<ul>{{#ERROR}}<li><a href="{{ERROR_URL}}">{{ERROR_TEXT}}</a></li>{{/ERROR}}</ul>
</div>
{{/ERRORS}}
{{>BODY}}
</main>
</body>
</html>
