{{%AUTOESCAPE context="HTML"}}
<section class="verdict tone-{{TONE}}" aria-label="State">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>
<div><p class="verdict-words">{{HEADLINE}}</p><p>{{WRONG}}</p></div>
</section>
<div class="grid grid-wide">
<section class="card" aria-labelledby="facts">
<h2 id="facts">What it is</h2>
<dl class="facts">
<div><dt>State</dt><dd><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></dd></div>
<div><dt>Instrument</dt><dd><a href="/quarantine?instrument={{SYMBOL:u}}">{{SYMBOL}}</a> {{INTERVAL}}</dd></div>
<div><dt>Time</dt><dd>{{ROW_TIME}}</dd></div>
<div class="wide"><dt>Rule {{RULE}}</dt><dd>{{RULE_WORDS}}; {{WHAT}}</dd></div>
<div><dt>From</dt><dd>{{SOURCE}}, <a href="/loads/{{LOAD_ID}}">load {{LOAD_ID}}</a></dd></div>
<div><dt>Came</dt><dd>{{#CAME}}<time datetime="{{CAME_ISO}}" title="{{CAME_FULL}}">{{CAME_AGO}}</time>{{/CAME}}</dd></div>
{{#OFTEN}}<div><dt>Seen</dt><dd>{{TIMES}} times, last {{#LAST}}<time datetime="{{LAST_ISO}}" title="{{LAST_FULL}}">{{LAST_AGO}}</time>{{/LAST}}</dd></div>{{/OFTEN}}
{{#DECIDED}}<div><dt>Decided</dt><dd>by {{WHO}}, {{#WHEN}}<time datetime="{{WHEN_ISO}}" title="{{WHEN_FULL}}">{{WHEN_AGO}}</time>{{/WHEN}}</dd></div>
{{#BY_LOAD}}<div><dt>Stored by</dt><dd><a href="/loads/{{BY_LOAD_ID}}">Load {{BY_LOAD_ID}}</a></dd></div>{{/BY_LOAD}}
{{#TAKEN}}<div><dt>Taken out of</dt><dd><a href="/loads/{{TAKEN_ID}}">Load {{TAKEN_ID}}</a></dd></div>{{/TAKEN}}
{{#NOTED}}<div class="wide"><dt>Note</dt><dd class="words">{{NOTED_TEXT}}</dd></div>{{/NOTED}}{{/DECIDED}}
<div class="wide"><dt>As it came</dt><dd class="words"><code>{{RAW}}</code></dd></div>
</dl>
</section>
{{#AROUND}}<section class="card around" aria-label="Picture">{{>PICTURE}}</section>{{/AROUND}}
</div>
<section class="card" aria-labelledby="around-title">
<h2 id="around-title">What stands around it</h2>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of bars around this row">
<table class="stack dense">
<thead><tr><th scope="col">Time</th><th scope="col">What</th><th scope="col" class="num">Open</th><th scope="col" class="num">High</th><th scope="col" class="num">Low</th><th scope="col" class="num">Close</th><th scope="col" class="num">Volume</th><th scope="col">From</th></tr></thead>
<tbody>
{{#BAR}}<tr {{#THIS}}class="row-this"{{/THIS}}><th scope="row" class="nowrap">{{BAR_TIME}}</th><td data-label="What">{{BAR_WHAT}}</td><td class="num" data-label="Open">{{BAR_OPEN}}</td><td class="num" data-label="High">{{BAR_HIGH}}</td><td class="num" data-label="Low">{{BAR_LOW}}</td><td class="num" data-label="Close">{{BAR_CLOSE}}</td><td class="num" data-label="Volume">{{BAR_VOLUME}}</td><td data-label="From"><a href="/loads/{{BAR_LOAD}}">{{BAR_SOURCE}}</a></td></tr>
{{/BAR}}
</tbody>
</table>
</div>
</section>
{{#DECIDE}}
<div class="grid grid-wide">
<form class="card form" method="post" action="/quarantine/{{ROW_ID}}" aria-labelledby="correct-title">
<h2 id="correct-title">Correct it</h2>
<p class="soft">What you give is stored in its place; what is stored now stays in the history.</p>
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field-row">
<div class="field {{#ERROR_OPEN}}field-bad{{/ERROR_OPEN}}"><label for="f-open">Open</label>{{#ERROR_OPEN}}<p class="field-error" id="open-error">{{ERROR_TEXT}}</p>{{/ERROR_OPEN}}<input id="f-open" name="open" inputmode="decimal" autocomplete="off" required value="{{OPEN_VALUE}}" {{#ERROR_OPEN}}aria-invalid="true" aria-describedby="open-error"{{/ERROR_OPEN}}></div>
<div class="field {{#ERROR_HIGH}}field-bad{{/ERROR_HIGH}}"><label for="f-high">High</label>{{#ERROR_HIGH}}<p class="field-error" id="high-error">{{ERROR_TEXT}}</p>{{/ERROR_HIGH}}<input id="f-high" name="high" inputmode="decimal" autocomplete="off" required value="{{HIGH_VALUE}}" {{#ERROR_HIGH}}aria-invalid="true" aria-describedby="high-error"{{/ERROR_HIGH}}></div>
<div class="field {{#ERROR_LOW}}field-bad{{/ERROR_LOW}}"><label for="f-low">Low</label>{{#ERROR_LOW}}<p class="field-error" id="low-error">{{ERROR_TEXT}}</p>{{/ERROR_LOW}}<input id="f-low" name="low" inputmode="decimal" autocomplete="off" required value="{{LOW_VALUE}}" {{#ERROR_LOW}}aria-invalid="true" aria-describedby="low-error"{{/ERROR_LOW}}></div>
<div class="field {{#ERROR_CLOSE}}field-bad{{/ERROR_CLOSE}}"><label for="f-close">Close</label>{{#ERROR_CLOSE}}<p class="field-error" id="close-error">{{ERROR_TEXT}}</p>{{/ERROR_CLOSE}}<input id="f-close" name="close" inputmode="decimal" autocomplete="off" required value="{{CLOSE_VALUE}}" {{#ERROR_CLOSE}}aria-invalid="true" aria-describedby="close-error"{{/ERROR_CLOSE}}></div>
<div class="field {{#ERROR_VOLUME}}field-bad{{/ERROR_VOLUME}}"><label for="f-volume">Volume</label>{{#ERROR_VOLUME}}<p class="field-error" id="volume-error">{{ERROR_TEXT}}</p>{{/ERROR_VOLUME}}<input id="f-volume" name="volume" inputmode="decimal" autocomplete="off" value="{{VOLUME_VALUE}}" {{#ERROR_VOLUME}}aria-invalid="true" aria-describedby="volume-error"{{/ERROR_VOLUME}}></div>
</div>
<div class="field {{#ERROR_NOTE}}field-bad{{/ERROR_NOTE}}"><label for="f-note">Note</label><p class="help" id="note-help">Where the values are from; may be left out</p>{{#ERROR_NOTE}}<p class="field-error" id="note-error">{{ERROR_TEXT}}</p>{{/ERROR_NOTE}}<input id="f-note" name="note" maxlength="500" value="{{NOTE}}" autocomplete="off" aria-describedby="note-help {{#ERROR_NOTE}}note-error{{/ERROR_NOTE}}" {{#ERROR_NOTE}}aria-invalid="true"{{/ERROR_NOTE}}></div>
<div class="actions"><button class="button button-primary" type="submit" name="verdict" value="correct">Store these values</button></div>
</form>
<form class="card form" method="post" action="/quarantine/{{ROW_ID}}" aria-labelledby="decide-title">
<h2 id="decide-title">Or decide about it as it is</h2>
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field {{#ERROR_REASON}}field-bad{{/ERROR_REASON}}"><label for="f-reason">Note</label><p class="help" id="reason-help">Why; may be left out</p>{{#ERROR_REASON}}<p class="field-error" id="reason-error">{{ERROR_TEXT}}</p>{{/ERROR_REASON}}<input id="f-reason" name="reason" maxlength="500" value="{{REASON}}" autocomplete="off" aria-describedby="reason-help {{#ERROR_REASON}}reason-error{{/ERROR_REASON}}" {{#ERROR_REASON}}aria-invalid="true"{{/ERROR_REASON}}></div>
<div class="actions"><button class="button" type="submit" name="verdict" value="accept">{{ACCEPT_LABEL}}</button><button class="button button-danger" type="submit" name="verdict" value="reject">{{REJECT_LABEL}}</button></div>
</form>
</div>
{{/DECIDE}}
{{#REOPEN}}
<form class="card form" method="post" action="/quarantine/{{ROW_ID}}" aria-labelledby="reopen-title">
<h2 id="reopen-title">Take the decision back</h2>
<p class="soft">What is stored becomes what it was before the decision.</p>
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field {{#ERROR_REASON}}field-bad{{/ERROR_REASON}}"><label for="f-reason">Note</label><p class="help" id="reason-help">Why; may be left out</p>{{#ERROR_REASON}}<p class="field-error" id="reason-error">{{ERROR_TEXT}}</p>{{/ERROR_REASON}}<input id="f-reason" name="reason" maxlength="500" value="{{REASON}}" autocomplete="off" aria-describedby="reason-help {{#ERROR_REASON}}reason-error{{/ERROR_REASON}}" {{#ERROR_REASON}}aria-invalid="true"{{/ERROR_REASON}}></div>
<div class="actions"><button class="button" type="submit" name="verdict" value="reopen">Reopen row {{ROW_ID}}</button></div>
</form>
{{/REOPEN}}
<nav class="pager" aria-label="Rows"><a class="button" href="/quarantine">All open rows</a>{{#NEXT}}<a class="button" href="/quarantine/{{NEXT_ID}}" rel="next">Next open row →</a>{{/NEXT}}</nav>
