{{%AUTOESCAPE context="HTML"}}
{{! The table is one form: its buttons say what is done with what is marked, or,
    by their own action, with one rule. }}
{{>TABS}}
{{#IS_OPERATOR}}<p class="actions"><a class="button button-primary" href="/alerts/new">New alert rule</a></p>{{/IS_OPERATOR}}
<form class="card" method="get" action="/alerts" aria-label="Filter">
<div class="filters">
<div class="field {{#ERROR_STATE}}field-bad{{/ERROR_STATE}}"><label for="f-state">State</label>{{#ERROR_STATE}}<p class="field-error" id="state-error">{{ERROR_TEXT}}</p>{{/ERROR_STATE}}<select id="f-state" name="state" {{#ERROR_STATE}}aria-invalid="true" aria-describedby="state-error"{{/ERROR_STATE}}><option value="">any</option>{{#STATE_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/STATE_OPTION}}</select></div>
<div class="field {{#ERROR_INSTRUMENT}}field-bad{{/ERROR_INSTRUMENT}}"><label for="f-instrument">Instrument</label>{{#ERROR_INSTRUMENT}}<p class="field-error" id="instrument-error">{{ERROR_TEXT}}</p>{{/ERROR_INSTRUMENT}}<select id="f-instrument" name="instrument" {{#ERROR_INSTRUMENT}}aria-invalid="true" aria-describedby="instrument-error"{{/ERROR_INSTRUMENT}}><option value="">any</option>{{#INSTRUMENT_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/INSTRUMENT_OPTION}}</select></div>
<div class="field {{#ERROR_KIND}}field-bad{{/ERROR_KIND}}"><label for="f-kind">About</label>{{#ERROR_KIND}}<p class="field-error" id="kind-error">{{ERROR_TEXT}}</p>{{/ERROR_KIND}}<select id="f-kind" name="kind" {{#ERROR_KIND}}aria-invalid="true" aria-describedby="kind-error"{{/ERROR_KIND}}><option value="">any</option>{{#KIND_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/KIND_OPTION}}</select></div>
<div class="field {{#ERROR_SEVERITY}}field-bad{{/ERROR_SEVERITY}}"><label for="f-severity">Severity</label>{{#ERROR_SEVERITY}}<p class="field-error" id="severity-error">{{ERROR_TEXT}}</p>{{/ERROR_SEVERITY}}<select id="f-severity" name="severity" {{#ERROR_SEVERITY}}aria-invalid="true" aria-describedby="severity-error"{{/ERROR_SEVERITY}}><option value="">any</option>{{#SEVERITY_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/SEVERITY_OPTION}}</select></div>
<div class="field"><label for="f-owner">Owner</label><select id="f-owner" name="owner"><option value="">any</option>{{#OWNER_OPTION}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{LABEL}}</option>{{/OWNER_OPTION}}</select></div>
<div class="field"><label for="f-search">Name contains</label><input id="f-search" name="search" value="{{SEARCH}}" maxlength="120" autocomplete="off"></div>
<div class="actions"><button class="button button-primary" type="submit">Filter</button>{{#FILTERED}}<a class="button" href="/alerts">Show all</a>{{/FILTERED}}<a class="button" href="{{CSV_URL}}">Download as CSV</a><a class="button" href="{{JSON_URL}}">Export as JSON</a></div>
</div>
</form>
{{#SOME}}
<form class="card" method="post" action="{{BULK_URL}}" aria-label="Rules">
<input type="hidden" name="csrf" value="{{CSRF}}">
<input type="hidden" name="next" value="{{LIST_URL}}">
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of rules">
<table class="stack">
<thead><tr>{{#CELL_HEADS}}<th scope="col"><span class="visually-hidden">Mark</span></th>{{/CELL_HEADS}}<th scope="col">State</th><th scope="col">Rule</th><th scope="col">Severity</th><th scope="col">Last fired</th><th scope="col">Owner</th>{{#CELL_HEADS}}<th scope="col">Switch</th>{{/CELL_HEADS}}</tr></thead>
<tbody>
{{#RULE}}<tr>{{#MARK_CELL}}<td>{{#MARK}}<label class="mark"><input type="checkbox" name="id" value="{{MARK_ID}}"><span class="visually-hidden">Mark {{RULE_NAME}}</span></label>{{/MARK}}</td>{{/MARK_CELL}}<td data-label="State"><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}{{#MANY_ACTIVE}} × {{ACTIVE_COUNT}}{{/MANY_ACTIVE}}</span>{{#SINCE}}<span class="sub"><time datetime="{{SINCE_ISO}}" title="since {{SINCE_FULL}}">{{SINCE_AGO}}</time></span>{{/SINCE}}{{#SILENCED}}<span class="sub">silenced</span>{{/SILENCED}}</td><th scope="row" class="words"><a class="cell-link rule-name" href="/alerts/{{RULE_ID}}">{{RULE_NAME}}</a>{{#OTHER_WORDS}}<span class="sub">{{RULE_WORDS}}</span>{{/OTHER_WORDS}}</th><td data-label="Severity">{{RULE_SEVERITY}}</td><td data-label="Last fired">{{#FIRED}}<time datetime="{{FIRED_ISO}}" title="{{FIRED_FULL}}">{{FIRED_AGO}}</time>{{/FIRED}}{{#NEVER_FIRED}}never{{/NEVER_FIRED}}</td><td data-label="Owner">{{RULE_OWNER}}{{#IS_SHARED}}<span class="sub">shared</span>{{/IS_SHARED}}</td>{{#CELLS}}<td data-label="Switch">{{#SWITCH}}<button class="button nowrap" type="submit" formaction="/alerts/{{SWITCH_ID}}/{{SWITCH_TO}}">{{SWITCH_WORDS}}<span class="visually-hidden"> {{RULE_NAME}}</span></button>{{/SWITCH}}</td>{{/CELLS}}</tr>
{{/RULE}}
</tbody>
</table>
</div>
{{#BULK}}<div class="actions"><button class="button" type="submit" name="do" value="enable">Switch on what is marked</button><button class="button" type="submit" name="do" value="disable">Switch off what is marked</button></div>{{/BULK}}
<nav class="pager" aria-label="Pages">
{{#NEWER}}<a class="button" href="{{NEWER_URL}}" rel="prev">← Newer</a>{{/NEWER}}
{{#OLDER}}<a class="button" href="{{OLDER_URL}}" rel="next">Older →</a>{{/OLDER}}
{{#WHOLE}}<p class="soft">{{COUNT_TEXT}}, that is all.</p>{{/WHOLE}}
</nav>
</form>
{{/SOME}}
{{#NONE_FOUND}}
<div class="empty"><p><strong>No rule matches this filter.</strong> Widen it, or look at all rules.</p><a class="button" href="/alerts">Show all rules</a></div>
{{/NONE_FOUND}}
{{#NONE_YET}}
<div class="empty"><p><strong>There is no rule yet.</strong> A rule watches prices, indicators or the pipeline itself, and is tried on the past before it is saved.</p>{{#IS_OPERATOR}}<a class="button button-primary" href="/alerts/new">Make the first</a>{{/IS_OPERATOR}}</div>
{{/NONE_YET}}
{{#IS_OPERATOR}}
<details class="card more">
<summary>Bring rules in from a file</summary>
<form class="form" method="post" action="/alerts/import" enctype="multipart/form-data" aria-label="Import">
<input type="hidden" name="csrf" value="{{CSRF}}">
<label class="choice"><input type="checkbox" name="replace" value="yes"><span>Replace my rules of the same name<span class="sub">Otherwise they stay as they are</span></span></label>
<div class="field"><label for="f-file">File</label><p class="help" id="file-help">JSON, as it is exported; all of it is taken, or nothing</p><input id="f-file" name="file" type="file" accept=".json,application/json" aria-describedby="file-help" required></div>
<div class="actions"><button class="button" type="submit">Bring them in</button></div>
</form>
</details>
{{/IS_OPERATOR}}
