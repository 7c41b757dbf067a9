{{%AUTOESCAPE context="HTML"}}
<p class="visually-hidden live-note" id="live-note" role="status" aria-live="polite"></p>
<div class="grid" id="live" data-live="/live/runs/{{RUN_ID}}" data-words="{{LIVE_WORDS}}" {{#ENDED_RUN}}data-ended=""{{/ENDED_RUN}}>
<section class="verdict tone-{{TONE}}" aria-label="State">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>
<div><p class="verdict-words">{{HEADLINE}}</p>{{#MORE}}<p>{{MORE_TEXT}}</p>{{/MORE}}</div>
</section>
{{#ACTIONS}}
<div class="actions">
{{#CAN_CANCEL}}<form method="post" action="/runs/{{RUN_ID}}/cancel"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-danger" id="cancel" type="submit">Cancel run {{RUN_ID}}</button></form>{{/CAN_CANCEL}}
{{#CANCELLING}}<p class="soft">{{CANCEL_BY}} asked to cancel; the run stops at its next safe point.</p>{{/CANCELLING}}
{{#CAN_RETRY}}<form method="post" action="/runs/{{RUN_ID}}/retry"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary" id="retry" type="submit">Retry from the {{RETRY_STEP}} step</button></form>{{/CAN_RETRY}}
<a class="button" id="again" href="{{AGAIN_URL}}">Run again with changes</a>
</div>
{{/ACTIONS}}
<section class="card" aria-labelledby="facts">
<h2 id="facts">What and why</h2>
<dl class="facts">
<div><dt>Mode</dt><dd>{{MODE}}</dd></div>
<div><dt>Trigger</dt><dd>{{TRIGGER_WORDS}}</dd></div>
<div><dt>Who</dt><dd>{{WHO}}</dd></div>
<div><dt>Queued</dt><dd>{{#QUEUED}}<time datetime="{{QUEUED_ISO}}" title="{{QUEUED_FULL}}">{{QUEUED_AGO}}</time>{{/QUEUED}}</dd></div>
<div><dt>Started</dt><dd>{{#STARTED}}<time datetime="{{STARTED_ISO}}" title="{{STARTED_FULL}}">{{STARTED_AGO}}</time>{{/STARTED}}{{#NOT_STARTED}}not yet{{/NOT_STARTED}}</dd></div>
<div><dt>Duration</dt><dd>{{TOOK}}</dd></div>
<div><dt>Attempt</dt><dd>{{ATTEMPT}}</dd></div>
<div class="wide"><dt>Rows</dt><dd>{{ROWS_NEW}} new, {{ROWS_SAME}} same, {{ROWS_CHANGED}} changed, {{#SOME_REFUSED}}<span class="refused-rows">{{ROWS_REFUSED}} refused</span>{{/SOME_REFUSED}}{{#NONE_REFUSED}}none refused{{/NONE_REFUSED}}</dd></div>
{{#RANGE}}<div><dt>Dates</dt><dd>{{RANGE_TEXT}}</dd></div>{{/RANGE}}
{{#RETRY_OF}}<div><dt>Retry of</dt><dd><a href="/runs/{{RETRY_OF_ID}}">Run {{RETRY_OF_ID}}</a></dd></div>{{/RETRY_OF}}
<div class="wide"><dt>Instruments</dt><dd>{{INSTRUMENTS}}</dd></div>
{{#REASON}}<div class="wide"><dt>Reason</dt><dd>{{REASON_TEXT}}</dd></div>{{/REASON}}
</dl>
</section>
<section class="card" aria-labelledby="steps">
<h2 id="steps">Steps</h2>
{{#NO_STEPS}}<p class="soft">{{NO_STEPS_TEXT}}</p>{{/NO_STEPS}}
<ol class="steps">
{{#STEP}}
<li class="step tone-{{STEP_TONE}}">
<svg class="step-mark" aria-hidden="true"><use href="/static/icons.svg#i-{{STEP_SHAPE}}"/></svg>
<div class="step-head"><h3>{{STEP_KIND}}</h3><span class="state state-{{STEP_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{STEP_SHAPE}}"/></svg>{{STEP_WORD}}</span><span class="soft">{{STEP_TOOK}}{{#STEP_ATTEMPT}}, attempt {{STEP_ATTEMPT_TEXT}}{{/STEP_ATTEMPT}}</span></div>
{{#STEP_ERROR}}<p>{{STEP_ERROR_TEXT}}</p>{{/STEP_ERROR}}
{{#STEP_DETAIL}}<p class="soft">{{STEP_DETAIL_TEXT}}</p>{{/STEP_DETAIL}}
{{#SOURCES}}
<div class="table-scroll" tabindex="0" role="region" aria-label="Sources of the {{STEP_KIND}} step">
<table class="stack stack-counts">
<thead><tr><th scope="col">Source</th><th scope="col">State</th><th scope="col">What happened</th>{{#WITH_ATTEMPTS}}<th scope="col" class="num">Attempts</th>{{/WITH_ATTEMPTS}}{{#WITH_ROWS}}<th scope="col" class="num">New</th><th scope="col" class="num">Same</th><th scope="col" class="num">Changed</th><th scope="col" class="num">Refused</th>{{/WITH_ROWS}}</tr></thead>
<tbody>
{{#SOURCE}}<tr><th scope="row" class="nowrap">{{SOURCE_NAME}}{{#SOURCE_PROVIDER}}<span class="sub">{{SOURCE_PROVIDER_NAME}}</span>{{/SOURCE_PROVIDER}}</th><td><span class="state state-{{SOURCE_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SOURCE_SHAPE}}"/></svg>{{SOURCE_WORD}}</span></td><td class="words" data-label="What happened">{{#SOURCE_ERROR}}<span class="fault">{{SOURCE_ERROR_KIND}}{{SOURCE_ERROR_TEXT}}</span>{{/SOURCE_ERROR}}{{#SOURCE_DETAIL}}<span class="sub">{{SOURCE_DETAIL_TEXT}}</span>{{/SOURCE_DETAIL}}{{#SOURCE_NEXT}}<span class="sub">Next: {{SOURCE_NEXT_TEXT}}</span>{{/SOURCE_NEXT}}{{#SOURCE_QUIET}}<span class="zero">–</span>{{/SOURCE_QUIET}}</td>{{#SOURCE_TRIES}}<td class="num" data-label="Attempts">{{SOURCE_ATTEMPTS}}</td>{{/SOURCE_TRIES}}{{#SOURCE_ROWS}}<td class="num" data-label="New">{{SOURCE_NEW}}</td><td class="num" data-label="Same">{{SOURCE_SAME}}</td><td class="num" data-label="Changed">{{SOURCE_CHANGED}}</td><td class="num" data-label="Refused">{{#SOURCE_SOME_REFUSED}}<span class="refused-rows">{{SOURCE_REFUSED}}</span>{{/SOURCE_SOME_REFUSED}}{{#SOURCE_NONE_REFUSED}}0{{/SOURCE_NONE_REFUSED}}</td>{{/SOURCE_ROWS}}</tr>
{{/SOURCE}}
</tbody>
</table>
</div>
{{/SOURCES}}
</li>
{{/STEP}}
</ol>
</section>
</div>
<section class="card" aria-labelledby="log-title">
<h2 id="log-title">Log</h2>
{{#LOG_EARLIER}}<p><a class="button" href="{{LOG_EARLIER_URL}}">Back to the first lines</a></p>{{/LOG_EARLIER}}
{{#LOG_EMPTY}}<p class="soft" id="log-empty">No line yet.</p>{{/LOG_EMPTY}}
<ol class="log" id="log" tabindex="0" aria-label="Log lines" {{#LOG_EMPTY}}hidden{{/LOG_EMPTY}}>
{{#LOG_LINE}}<li data-id="{{LOG_ID}}" {{#LOG_LEVEL}}class="{{LOG_CLASS}}"{{/LOG_LEVEL}}><time datetime="{{LOG_ISO}}" title="{{LOG_FULL}}">{{LOG_CLOCK}}</time><span class="event">{{LOG_EVENT}}</span><span>{{LOG_TEXT}}</span></li>
{{/LOG_LINE}}
</ol>
{{#LOG_LATER}}<p><a class="button" href="{{LOG_LATER_URL}}">Later lines</a></p>{{/LOG_LATER}}
</section>
