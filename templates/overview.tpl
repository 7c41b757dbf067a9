{{%AUTOESCAPE context="HTML"}}
<section class="verdict tone-{{VERDICT_TONE}}" aria-label="Verdict">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{VERDICT_SHAPE}}"/></svg>
<div><p class="verdict-words">{{VERDICT_WORDS}}</p>{{#VERDICT_MORE}}<p>{{VERDICT_MORE_TEXT}}</p>{{/VERDICT_MORE}}</div>
</section>
{{#CHECKLIST}}
<section class="card" aria-labelledby="first-steps">
<h2 id="first-steps">First steps</h2>
<ol class="checklist">
<li {{#HAS_SOURCES}}class="done"{{/HAS_SOURCES}}><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SOURCES_SHAPE}}"/></svg><div class="checklist-body"><h3>Instruments to fetch</h3><p class="soft">{{SOURCES_TEXT}}</p><a class="button" href="/instruments">Look at the instruments</a></div></li>
<li><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-none"/></svg><div class="checklist-body"><h3>Run the pipeline once</h3><p class="soft">It fetches all the history that the providers have, checks and stores it, and fits the model.</p>{{#IS_OPERATOR}}<a class="button button-primary" href="/trigger?mode=full_refresh">Set up the first run</a>{{/IS_OPERATOR}}</div></li>
<li><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-none"/></svg><div class="checklist-body"><h3>Look at the model</h3><p class="soft">Its coefficients, their errors and the gate's scorecard appear after the first run.</p><a class="button" href="/models">Open the models</a></div></li>
<li><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-none"/></svg><div class="checklist-body"><h3>Leave it to the schedule</h3><p class="soft">{{SCHEDULE_TEXT}}</p></div></li>
</ol>
</section>
{{/CHECKLIST}}
{{#NEEDS}}
<section class="card" aria-labelledby="needs">
<h2 id="needs">Needs you</h2>
<ul class="needs">
{{#NEED}}
<li class="tone-{{NEED_TONE}}">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{NEED_SHAPE}}"/></svg>
<div class="needs-words"><strong>{{NEED_TITLE}}</strong><span class="soft">{{NEED_TEXT}}</span></div>
<div class="actions">
{{#NEED_POST}}<form method="post" action="{{NEED_POST_URL}}"><input type="hidden" name="csrf" value="{{CSRF}}">{{#NEED_FIELD}}<input type="hidden" name="{{FIELD_NAME}}" value="{{FIELD_VALUE}}">{{/NEED_FIELD}}<button class="button button-primary" type="submit">{{NEED_POST_LABEL}} <span class="visually-hidden">{{NEED_POST_OBJECT}}</span></button></form>{{/NEED_POST}}
{{#NEED_ALSO}}<form method="post" action="{{NEED_POST_URL}}"><input type="hidden" name="csrf" value="{{CSRF}}">{{#NEED_FIELD}}<input type="hidden" name="{{FIELD_NAME}}" value="{{FIELD_VALUE}}">{{/NEED_FIELD}}<button class="button" type="submit">{{NEED_POST_LABEL}} <span class="visually-hidden">{{NEED_POST_OBJECT}}</span></button></form>{{/NEED_ALSO}}
{{#NEED_LINK}}<a class="button" href="{{NEED_LINK_URL}}">{{NEED_LINK_LABEL}}</a>{{/NEED_LINK}}
</div>
</li>
{{/NEED}}
</ul>
</section>
{{/NEEDS}}
{{#RUNS}}
<section class="card" aria-labelledby="pulse">
<div class="card-head"><h2 id="pulse">Last 30 days</h2><a href="/runs">All runs</a></div>
<dl class="facts">
{{#UNDER_WAY}}<div><dt>Now</dt><dd><a class="cell-link" href="/runs/{{RUN_ID}}">Run {{RUN_ID}}</a> <span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></dd></div>{{/UNDER_WAY}}
{{#LAST_RUN}}<div><dt>Last run</dt><dd><a class="cell-link" href="/runs/{{RUN_ID}}">Run {{RUN_ID}}</a> <span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></dd></div>
<div><dt>Ended</dt><dd>{{#ENDED}}<time datetime="{{ENDED_ISO}}" title="{{ENDED_FULL}}">{{ENDED_AGO}}</time>{{/ENDED}}, took {{TOOK}}</dd></div>
<div><dt>New rows</dt><dd>{{ROWS_NEW}}</dd></div>{{/LAST_RUN}}
<div><dt>Next run</dt><dd>{{#NEXT_RUN}}{{#DUE}}<time datetime="{{DUE_ISO}}" title="{{DUE_FULL}}">{{DUE_AGO}}</time>{{/DUE}} <span class="soft">{{NEXT_NAME}}</span>{{/NEXT_RUN}}{{#NO_NEXT_RUN}}none scheduled{{/NO_NEXT_RUN}}</dd></div>
</dl>
<div class="strips">
{{#STRIP}}
<div>
<div class="strip-head"><h3>{{STRIP_NAME}}</h3><span class="soft">{{STRIP_TEXT}}</span></div>
<ol class="beats">{{#BEAT}}<li>{{#BEAT_RUNS}}<a class="beat beat-{{BEAT_STATE}}" href="{{BEAT_URL}}" title="{{BEAT_WORDS}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{BEAT_SHAPE}}"/></svg><span class="visually-hidden">{{BEAT_WORDS}}</span></a>{{/BEAT_RUNS}}{{#BEAT_NONE}}<span class="beat" title="{{BEAT_WORDS}}"></span>{{/BEAT_NONE}}</li>{{/BEAT}}</ol>
</div>
{{/STRIP}}
<div class="strip-scale" aria-hidden="true"><span>30 days ago</span><span>today</span></div>
</div>
</section>
{{/RUNS}}
{{#FRESHNESS}}
<section class="card" aria-labelledby="fresh">
<div class="card-head"><h2 id="fresh">Freshness</h2><a href="/instruments">{{INSTRUMENTS_TEXT}}</a></div>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of freshness">
<table class="stack">
<thead><tr><th scope="col">Instrument</th><th scope="col">State</th><th scope="col">Why</th><th scope="col" class="num">Last value</th><th scope="col" class="num">Last bar</th></tr></thead>
<tbody>
{{#FRESH_ROW}}<tr><th scope="row"><a class="nowrap" href="{{INSTRUMENT_URL}}">{{SYMBOL}}</a> <span class="sub sub-beside">{{INSTRUMENT_TITLE}}</span></th><td><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><td data-label="Why" class="span {{#WELL}}well{{/WELL}}">{{FRESH_WORDS}}</td><td class="num" data-label="Last value">{{VALUE}} <span class="soft">{{CURRENCY}}</span></td><td class="num" data-label="Last bar">{{#BAR}}<time datetime="{{BAR_ISO}}" title="{{BAR_AGO}}">{{BAR_DAY}}</time>{{/BAR}}{{#NO_BAR}}–{{/NO_BAR}}</td></tr>
{{/FRESH_ROW}}
</tbody>
</table>
</div>
</section>
{{/FRESHNESS}}
<section class="card" aria-labelledby="providers">
<h2 id="providers">Providers</h2>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of providers">
<table class="stack">
<thead><tr><th scope="col">Provider</th><th scope="col" class="num">Requests left</th><th scope="col">Last success</th><th scope="col">Last error</th></tr></thead>
<tbody>
{{#PROVIDER}}<tr><th scope="row" class="span">{{PROVIDER_TITLE}} <span class="sub">{{PROVIDER_RATE}}</span></th><td class="num" data-label="Requests left">{{#LEFT}}{{LEFT_TEXT}}<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="{{LEFT_BAR}}" height="6"/></svg>{{/LEFT}}{{#BLOCKED}}<span class="state state-blocked"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-late"/></svg>waits {{BLOCKED_FOR}}</span>{{/BLOCKED}}{{#DISABLED}}<span class="state state-disabled"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-cancelled"/></svg>off</span>{{/DISABLED}}</td><td data-label="Last success">{{#SUCCESS}}<time datetime="{{SUCCESS_ISO}}" title="{{SUCCESS_FULL}}">{{SUCCESS_AGO}}</time>{{/SUCCESS}}{{#NO_SUCCESS}}<span class="zero">never</span>{{/NO_SUCCESS}}</td><td class="span" data-label="Last error">{{#FAULT}}<a href="/runs/{{FAULT_RUN}}">{{FAULT_TEXT}}</a>, {{#FAULT_AT}}<time datetime="{{FAULT_AT_ISO}}" title="{{FAULT_AT_FULL}}">{{FAULT_AT_AGO}}</time>{{/FAULT_AT}}{{/FAULT}}{{#NO_FAULT}}<span class="zero">none</span>{{/NO_FAULT}}</td></tr>
{{/PROVIDER}}
</tbody>
</table>
</div>
</section>
<section class="card" aria-labelledby="models">
<div class="card-head"><h2 id="models">Models</h2><a href="/models">All models</a></div>
{{#MODEL}}
<div>
<h3><a class="cell-link" href="/models/{{MODEL_NAME}}">{{MODEL_TITLE}}</a></h3>
{{#MODEL_ACTIVE}}<dl class="facts"><div><dt>Active version</dt><dd>{{VERSION}}, fitted {{#FITTED}}<time datetime="{{FITTED_ISO}}" title="{{FITTED_FULL}}">{{FITTED_AGO}}</time>{{/FITTED}}</dd></div><div><dt>Hold-out RMSE</dt><dd>{{HOLDOUT_RMSE}} <span class="soft">{{MODEL_UNIT}}</span></dd></div><div><dt>R²</dt><dd>{{R2}}</dd></div></dl>{{/MODEL_ACTIVE}}
{{#MODEL_EMPTY}}<p class="soft">No version yet: the retrain step of the first run fits one.</p>{{/MODEL_EMPTY}}
{{#MODEL_REFUSED}}<p class="soft">Version {{REFUSED_VERSION}} was refused by the gate.</p>{{/MODEL_REFUSED}}
</div>
{{/MODEL}}
{{#NO_MODEL}}<p class="soft">There is no model.</p>{{/NO_MODEL}}
</section>
