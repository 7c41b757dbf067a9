{{%AUTOESCAPE context="HTML"}}
{{! GROUP's INDICATORs are checkboxes of a form that works by itself; static/chart.js draws what is checked. }}
<section class="verdict tone-{{TONE}}" aria-label="State">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>
<div>{{#PRICE}}<p class="verdict-words"><span class="quote">{{VALUE}}</span> {{CURRENCY}}{{#CHANGE}} <span class="change change-{{CHANGE_CLASS}}">{{CHANGE_WORDS}}</span>{{/CHANGE}}</p>{{/PRICE}}
<p><strong class="word">{{WORD}}</strong>: {{WHY}}.{{#PRICE}} Newest bar <time datetime="{{BAR_ISO}}" title="{{BAR_AGO}}">{{BAR_DAY}}</time>. {{/PRICE}}<span class="soft">{{CALENDAR}}</span></p></div>
</section>
{{#MAY_BRING_BACK}}<form class="actions" method="post" action="{{RETIRE_URL}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="undo" value="1"><button class="button button-primary" type="submit">Bring {{SYMBOL}} back</button></form>{{/MAY_BRING_BACK}}
{{#NO_BARS}}
<div class="empty"><p><strong>No bar of {{SYMBOL}} is stored yet.</strong> A run fetches them from whoever is listed below, at {{OWN_INTERVAL}}; a file brings any others.</p>
{{#MAY_FETCH}}<p class="actions"><a class="button button-primary" href="{{BACKFILL_URL}}">Fetch its history</a><a class="button" href="/upload">Upload a file</a></p>{{/MAY_FETCH}}</div>
{{/NO_BARS}}
{{#KNOWN}}
<p class="notice"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-queued"/></svg><span>Bars below are those that were believed on <time datetime="{{KNOWN_ISO}}">{{KNOWN_TIME}}</time>. <a href="{{NOW_URL}}">Show what is known now</a></span></p>
{{/KNOWN}}
{{#CHART}}
<section class="card chart-card" aria-labelledby="chart-title">
<div class="chart-head">
<h2 id="chart-title" class="visually-hidden">Chart</h2>
<nav class="intervals" id="intervals" aria-label="Interval">{{#INTERVAL}}<a class="button" href="{{INTERVAL_URL}}" data-interval="{{INTERVAL_NAME}}" {{#CHOSEN}}aria-current="true"{{/CHOSEN}}>{{INTERVAL_NAME}}</a>{{/INTERVAL}}</nav>
<p class="chart-status soft" id="chart-status" role="status" aria-live="polite"></p>
</div>
<div class="chart-box" id="chart-box" data-api="{{API_URL}}" data-symbol="{{SYMBOL}}" data-interval="{{THE_INTERVAL}}" data-as-of="{{API_AS_OF}}" data-fired="{{FIRED}}">
<div class="chart-legend" id="chart-legend" aria-hidden="true"></div>
<div class="chart" id="chart" data-panes="{{N_PANES}}"></div>
</div>
<p class="chart-note soft">Drag or ← → to move, wheel or + − to zoom, Home and End for the first and the newest bar. Charts by <a href="https://www.tradingview.com/" rel="noopener">TradingView</a>: TradingView Lightweight Charts™, © 2026 TradingView, Inc. (<a href="/static/vendor/lightweight-charts.LICENSE.txt">licence</a>)</p>
<p class="notice chart-off">The chart needs JavaScript. The table below holds the same values, page by page.</p>
<form class="chart-form" id="chart-form" method="get" action="{{SELF_URL}}" aria-label="What is shown">
<input type="hidden" name="interval" value="{{THE_INTERVAL}}">
<details class="more" id="indicators">
<summary>Indicators<span class="soft" id="chosen-words"></span></summary>
{{#ERROR_INDICATOR}}<p class="field-error" id="f-indicator">{{ERROR_TEXT}}</p>{{/ERROR_INDICATOR}}
{{#GROUP}}<fieldset><legend>{{GROUP_NAME}}</legend><div class="choices">{{#INDICATOR}}<label class="choice" title="{{INDICATOR_HELP}}"><input type="checkbox" name="indicator" value="{{INDICATOR_NAME}}" data-title="{{INDICATOR_TITLE}}" data-pane="{{INDICATOR_PANE}}" {{#IS_PERCENT}}data-scale="percent"{{/IS_PERCENT}} {{#CHOSEN}}checked{{/CHOSEN}}><span>{{INDICATOR_TITLE}}</span></label>
{{/INDICATOR}}</div></fieldset>
{{/GROUP}}
</details>
<div class="chart-known">
<div class="field {{#ERROR_AS_OF}}field-bad{{/ERROR_AS_OF}}"><label for="f-as_of">As it was known on (UTC)</label>{{#ERROR_AS_OF}}<p class="field-error" id="as_of-error">{{ERROR_TEXT}}</p>{{/ERROR_AS_OF}}<input id="f-as_of" name="as_of" type="{{AS_OF_TYPE}}" {{#AS_OF_STEP}}step="1"{{/AS_OF_STEP}} value="{{AS_OF}}" {{#ERROR_AS_OF}}aria-invalid="true" aria-describedby="as_of-error"{{/ERROR_AS_OF}}></div>
<div class="actions"><button class="button" type="submit">Show</button></div>
</div>
</form>
</section>
{{/CHART}}
<div class="grid" id="values">
{{#VALUES}}
<section class="card" aria-labelledby="values-title">
<div class="card-head"><h2 id="values-title">Values, {{VALUES_INTERVAL}}, newest first</h2><p><a href="{{EXPORT_URL}}" download>Download all as CSV</a></p></div>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of values">
<table class="values {{#FEW}}values-few{{/FEW}}">
<thead><tr><th scope="col">Time</th>{{#COLUMN}}<th scope="col" class="num">{{COLUMN_TITLE}}</th>{{/COLUMN}}</tr></thead>
<tbody>
{{#ROW}}<tr><th scope="row"><time datetime="{{ROW_ISO}}">{{ROW_TIME}}</time>{{#PARTIAL}}<span class="sub">may still grow</span>{{/PARTIAL}}{{#CORRECTED}}<span class="sub"><a href="/loads/{{LOAD_ID}}" title="The close was {{CLOSE_BEFORE}} until {{REPLACED_FULL}}">◆ corrected by load {{LOAD_ID}}</a></span>{{/CORRECTED}}{{#CORRECTED_ONCE}}<span class="sub">◆ corrected</span>{{/CORRECTED_ONCE}}</th>{{#CELL}}<td class="num">{{CELL_VALUE}}</td>{{/CELL}}</tr>
{{/ROW}}
</tbody>
</table>
</div>
<nav class="pager" aria-label="Pages of values">
{{#NEWER}}<a class="button" href="{{NEWER_URL}}" rel="prev">← Newer</a>{{/NEWER}}
{{#OLDER}}<a class="button" href="{{OLDER_URL}}" rel="next">Older →</a>{{/OLDER}}
</nav>
</section>
{{/VALUES}}
{{#NO_MORE}}
<div class="empty"><p><strong>There are no more bars this way.</strong></p><a class="button" href="{{SELF_URL}}">Show the newest</a></div>
{{/NO_MORE}}
{{#NONE_KNOWN}}
<div class="empty"><p><strong>No such bars are there.</strong> None of this interval was stored then, or is now.</p><a class="button" href="{{SELF_URL}}">Show what is known now</a></div>
{{/NONE_KNOWN}}
</div>
<div class="columns">
<section class="card" aria-labelledby="sources-title">
<div class="card-head"><h2 id="sources-title">Sources, in the order they are asked</h2><p><a href="{{LOADS_URL}}">All its loads</a></p></div>
{{#LISTINGS}}
<ol class="saved">
{{#LISTING}}<li><p><strong>{{PROVIDER}}</strong> <code>{{PROVIDER_SYMBOL}}</code>{{#SWITCHED_OFF}} <span class="soft">switched off</span>{{/SWITCHED_OFF}}</p>
{{#LAST}}<p><span class="state state-{{LOAD_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{LOAD_SHAPE}}"/></svg>{{LOAD_WORD}}</span> {{#LOADED}}<time datetime="{{LOADED_ISO}}" title="{{LOADED_FULL}}">{{LOADED_AGO}}</time>{{/LOADED}}, <a href="/loads/{{LOAD_ID}}">load {{LOAD_ID}}</a>{{#FAULT}}<span class="sub">{{LOAD_ERROR}}</span>{{/FAULT}}</p>{{/LAST}}{{#NEVER}}<p class="soft">Nothing came from there lately.</p>{{/NEVER}}</li>
{{/LISTING}}
</ol>
{{/LISTINGS}}
{{#NO_LISTINGS}}<p>Nobody can answer for it: its bars come from files.</p>{{/NO_LISTINGS}}
</section>
<section class="card" aria-labelledby="facts-title">
<div class="card-head"><h2 id="facts-title">What it is</h2><p><a href="{{RULES_URL}}">Rules for its rows</a></p></div>
<dl class="facts">
<div><dt>Kind</dt><dd>{{KIND}}</dd></div>
<div><dt>Currency</dt><dd>{{OWN_CURRENCY}}</dd></div>
<div><dt>Fetched at</dt><dd>{{FETCHED_INTERVAL}}</dd></div>
<div><dt>Calendar</dt><dd>{{CALENDAR}}</dd></div>
<div><dt>Plausible prices</dt><dd>{{BOUNDS}}</dd></div>
<div><dt>Changes from bar to bar</dt><dd>{{JUMP}}</dd></div>
{{#STORED}}<div class="wide"><dt>Bars stored</dt>{{#STORED_ONE}}<dd>{{STORED_INTERVAL}}: <time datetime="{{STORED_FROM}}">{{STORED_FROM}}</time> to <time datetime="{{STORED_TO}}">{{STORED_TO}}</time></dd>{{/STORED_ONE}}</div>
{{/STORED}}</dl>
</section>
{{#ALERTS}}
<section class="card" aria-labelledby="alerts-title">
<div class="card-head"><h2 id="alerts-title">Alert rules</h2>{{#MAY_ALERT}}<p><a href="{{NEW_ALERT_URL}}">New alert</a></p>{{/MAY_ALERT}}</div>
{{#NO_ALERTS}}<p>None watches it.</p>{{/NO_ALERTS}}
{{#ALERT_LIST}}<ul class="saved">{{#ALERT}}<li><p><span class="state state-{{ALERT_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{ALERT_SHAPE}}"/></svg>{{ALERT_WORD}}</span> <a href="/alerts/{{ALERT_ID}}">{{ALERT_NAME}}</a>{{#ALERT_FIRED}}<span class="sub">fired <time datetime="{{ALERT_FIRED_ISO}}" title="{{ALERT_FIRED_FULL}}">{{ALERT_FIRED_AGO}}</time></span>{{/ALERT_FIRED}}</p></li>
{{/ALERT}}</ul>
<p class="soft"><a href="{{ALERTS_URL}}">All of them, with their switches</a></p>{{/ALERT_LIST}}
</section>
{{/ALERTS}}
{{#QUALITY}}
<section class="card" aria-labelledby="quality-title">
<div class="card-head"><h2 id="quality-title">Quality of the last {{QUALITY_DAYS}} days</h2><p><a href="{{DOUBTS_URL}}">Its doubtful rows</a></p></div>
<p>{{QUALITY_WORDS}}</p>
{{#QUALITY_LIST}}<ul class="saved">{{#QUALITY_DAY}}<li><p><strong>{{DAY_SCORE}}</strong> on <time datetime="{{DAY}}">{{DAY}}</time>: {{DAY_WORDS}}</p></li>
{{/QUALITY_DAY}}</ul>{{/QUALITY_LIST}}
<p class="soft"><a href="{{QUALITY_URL}}">All days, as data</a></p>
</section>
{{/QUALITY}}
{{#GAPS}}
<section class="card" aria-labelledby="gaps-title">
<div class="card-head"><h2 id="gaps-title">Gaps of the last {{GAP_DAYS}} days</h2><p><a href="{{COVERAGE_URL}}">Coverage, day by day</a></p></div>
{{#NO_GAPS}}<p>None: every bar that its calendar expects is there.</p>{{/NO_GAPS}}
{{#GAP_LIST}}<ul class="saved">{{#GAP}}<li><p><strong>{{GAP_WORDS}}</strong> of {{GAP_INTERVAL}}: {{GAP_FROM}}{{#GAP_LONG}} to {{GAP_TO}}{{/GAP_LONG}}{{#GAP_AT_END}}, and none since{{/GAP_AT_END}}</p></li>
{{/GAP}}</ul>{{/GAP_LIST}}
{{#MORE_GAPS}}<p class="soft">These are the oldest; there are more.</p>{{/MORE_GAPS}}
</section>
{{/GAPS}}
</div>
{{#MAY_RETIRE}}
<section class="card" aria-labelledby="do-title">
<h2 id="do-title">Fetch, export, retire</h2>
<div class="actions"><a class="button" href="{{BACKFILL_URL}}">Fetch a stretch of its history</a><a class="button" href="{{EXPORT_URL}}" download>Export as CSV</a></div>
<details class="more"><summary>Retire {{SYMBOL}}</summary>
<form method="post" action="{{RETIRE_URL}}"><input type="hidden" name="csrf" value="{{CSRF}}">
<p>Nothing is fetched for it any more, and it leaves the lists. Its bars stay, models that use it keep what they have, and it can be brought back.</p>
<p class="actions"><button class="button button-danger" type="submit">Retire {{SYMBOL}}</button></p></form>
</details>
</section>
{{/MAY_RETIRE}}
<link rel="modulepreload" href="/static/vendor/lightweight-charts.js">
<script type="module" src="/static/chart.js"></script>
