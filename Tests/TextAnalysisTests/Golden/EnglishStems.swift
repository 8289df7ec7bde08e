/// Words and their stems, made with the PyPI package `snowballstemmer` 3.1.1: every rule of the algorithm and words of
/// ordinary text. One pair a word, `word=stem`.
let englishStems = """
    aaa=aaa abelian=abelian abiomed=abiom absent=absent accepting=accept accepts=accept acreage=acreag
    activate=activ activates=activ add=add adding=add adjustable=adjust adjustment=adjust adoption=adopt
    affiliates=affili affinities=affin agreed=agre airliner=airlin aj=aj ak=ak algebraic=algebra
    algol=algol allopatric=allopatr allowance=allow alternative=altern alters=alter althm=althm
    altshuller=altshul ampicillin=ampicillin analogousli=analog ancient=ancient andes=andes
    andrews=andrew andries=andri angulariti=angular animals=anim anketell=anketel annoying=annoy
    antilogy=antilog apart=apart apicomplexan=apicomplexan apparent=appar apple=appl appraised=apprais
    approval=approv approximate=approxim arabia=arabia arborizations=arbor arccossin=arccossin
    archaeology=archaeolog arizonaunited=arizonaunit arrangements=arrang arsenal=arsenal arsenic=arsenic
    asian=asian assayed=assay assistance=assist assisted=assist assumptions=assumpt asu=asu atlas=atlas
    audience=audienc authorial=authori automatically=automat avanti=avanti awakening=awaken
    backboard=backboard backtracking=backtrack baetz=baetz bagdams=bagdam balanced=balanc ban=ban
    banks=bank barr=barr batagelj=batagelj battlefield=battlefield beauty=beauti become=becom
    becoming=becom belman=belman below=below belzer=belzer benjamin=benjamin berin=berin beyer=beyer
    bias=bias bible=bibl binary=binari bing=bing biography=biographi biologist=biolog biphase=biphas
    biphasic=biphas bled=bled bless=bless blots=blot bnsf=bnsf boles=bole boston=boston
    bowdlerize=bowdler boyish=boyish boys'=boy brauwweg=brauwweg bread=bread breaking=break
    brelaz=brelaz breuer=breuer broadcasts=broadcast broadly=broad brunei=brunei bt=bt
    buchsbaum=buchsbaum buddies=buddi buffer=buffer bugsys=bugsi bulloch=bulloch burrus=burrus
    burst=burst bush=bush by=by cache=cach caliber=calib callousness=callous campaign=campaign
    canning=canning capitol=capitol captured=captur carefully=care caress=caress caresses=caress
    casanova=casanova casein=casein catalog=catalog cats=cat cbgi=cbgi cc=cc cease=ceas
    cemetery=cemeteri centrifugal=centrifug cftc=cftc checkerboard=checkerboard chose=chose
    churches=church cincinnati=cincinnati cipi=cipi circumstance=circumst circumvented=circumv
    citicorp=citicorp clades=clade classify=classifi clegal=clegal climate=climat clique=cliqu
    clong=clong cm=cm cme=cme cmerrill=cmerril cnyse=cnyse coa=coa cobolin=cobolin cocktail=cocktail
    coders=coder colgate=colgat colleague=colleagu color=color combats=combat command=command
    communicator=communic communism=communism commutator=commut comparably=compar complaint=complaint
    completions=complet computational=comput conditional=condit confirmed=confirm confirms=confirm
    conflated=conflat conformabli=conform congruential=congruenti consecutive=consecut
    consequences=consequ conservation=conserv console=consol contamination=contamin
    contemplation=contempl contending=contend controll=control cooperation=cooper coordinate=coordin
    copying=copi cosmos=cosmos covid=covid cplans=cplan criticisms=critic crosspoint=crosspoint cry=cri
    cummings=cum currency=currenc curvefit=curvefit cutnodes=cutnod daily=daili darley=darley
    dashes=dash datan=datan decisiveness=decis decks=deck decline=declin decompositions=decomposit
    decreasein=decreasein deep=deep defended=defend defensible=defens definedness=defined defines=defin
    definite=definit demba=demba dependent=depend dephosphorylation=dephosphoryl depleting=deplet
    deploys=deploy desalting=desalt designate=design deviation=deviat devon=devon devotes=devot
    dhfr=dhfr differentli=differ digitized=digit digitizer=digit digitizing=digit directions=direct
    directory=directori disadvantage=disadvantag disco=disco disease=diseas disparate=dispar
    displays=display division=divis donovan=donovan dpl=dpl drawn=drawn drying=dri dying=die early=earli
    earring=earring easiest=easiest ebb=ebb ecma=ecma econometric=econometr economising=economis
    ecosystem=ecosystem edition=edit effective=effect eft's=eft egg=egg egged=egg elaborates=elabor
    elaboration=elabor electrical=electr electriciti=electr eletropaulo=eletropaulo ellington=ellington
    elongated=elong embodied=embodi emergency=emergenc emerging=emerg employees=employe
    enablesus=enablesus endeavor=endeavor enjoy=enjoy entcaf=entcaf epc=epc ergodic=ergod err=err
    erythrocytic=erythrocyt estrella=estrella euro=euro evening=evening examplesare=examplesar
    exceed=exceed exceptions=except excludes=exclud exemplars=exemplar exerted=exert exp=exp
    experimental=experiment explores=explor exposures=exposur expresses=express failing=fail
    falling=fall fanning=fan faulk=faulk faulting=fault february=februari feed=feed fell=fell
    fernando=fernando feudalism=feudal fewer=fewer fibroblasts=fibroblast filing=file fingal=fingal
    fis=fis fitting=fit fizzed=fizz floors=floor flowcharts=flowchart flowers=flower flowtrace=flowtrac
    flux=flux flying=fli forget=forget forgiving=forgiv formaliti=formal formalize=formal
    formative=format formed=form formulation=formul forth=forth forwarding=forward foul=foul
    founding=found fourths=fourth franceschini=franceschini freed=freed funeral=funer gabon=gabon
    gambling=gambl ganapathy=ganapathi gaps=gap gas=gas gasoline=gasolin gaza=gaza generate=generat
    generously=generous gently=gentl geologist=geolog geostationary=geostationari gibbs=gibb girl=girl
    giving=give gladys=gladi goodness=good gopt=gopt governance=govern gracile=gracil graphs=graph
    great=great greenhouse=greenhous grid=grid gunsmiths=gunsmith gupta=gupta gwh=gwh
    gyroscopic=gyroscop happy=happi hardcopy=hardcopi harry=harri harter=harter harvey=harvey
    hasegawa=hasegawa header=header hearing=hear henderson=henderson herring=herring hesitanci=hesit
    heterozygosity=heterozygos hillis=hilli hissing=hiss histotroph=histotroph ho=ho homeowners=homeown
    homing=home homo=homo homologou=homologou homologous=homolog hoped=hope hopeful=hope
    hopefulness=hope hoping=hope hopped=hop hopping=hop howe=howe humankind's=humankind
    hyperbolic=hyperbol idated=idat idealized=ideal ideas=idea idly=idl ification=ific ignorance=ignor
    ignore=ignor ignored=ignor illustration=illustr immunohistochemical=immunohistochem
    implements=implement implications=implic impose=impos inactivating=inactiv inception=incept
    included=includ inclusion=inclus incompatibilities=incompat independent=independ indoor=indoor
    industrial=industri inference=infer inflicted=inflict informal=inform inherently=inher
    inhibitors=inhibitor injured=injur inn=inn inner=inner inning=inning inningss=inningss
    innovation=innov insight=insight installments=instal institutes=institut integers=integ
    integrals=integr inter=inter interaction=interact interacts=interact interchangeably=interchang
    interconnect=interconnect interconversion=interconvers interest=interest internal=internal
    invalid=invalid invaluable=invalu invested=invest invited=invit involved=involv irritant=irrit
    it's=it january=januari jason=jason jeff=jeff johnk's=johnk joint=joint judgment=judgment jump=jump
    kadokawa=kadokawa kahn=kahn keck=keck kelley=kelley kennedy=kennedi kidney=kidney kinetics=kinet
    kiwis=kiwi knee=knee knight's=knight knuth=knuth koski=koski kotok=kotok kowalski=kowalski
    krall=krall kubinka=kubinka lande=land later=later lateral=lateral lawson=lawson leaders=leader
    lee's=lee lemniscate=lemnisc leucophaea=leucophaea levine=levin lexico=lexico lifespan=lifespan
    likelihood=likelihood likelihoods=likelihood linz=linz liv=liv loads=load located=locat lr=lr
    lsm=lsm lugo=lugo luxuriate=luxuri lying=lie machura=machura mal=mal male=male malim=malim maly=mali
    managed=manag manufacturer=manufactur mappings=map maskray=maskray maximize=maxim maximum=maximum
    mccomb=mccomb memorable=memor memorial=memori mental=mental metal=metal meteorologist=meteorolog
    meter=meter mg=mg mh=mh microperfusion=microperfus migration=migrat milliliter=millilit misra=misra
    misspelled=misspel misspellings=misspel modular=modular monoclonal=monoclon motoring=motor
    motzkin=motzkin mounting=mount msp=msp mst's=mst multichannel=multichannel
    multicharacter=multicharact muthukrishnan=muthukrishnan mwk=mwk nagao=nagao nancy=nanci
    necessary=necessari needed=need negation=negat neighbors=neighbor ness=ness news=news nhl=nhl
    njneighbor=njneighbor nontechnological=nontechnolog nontransferable=nontransfer northern=northern
    northwest=northwest notes=note nthere=nthere nucleotide=nucleotid nypa=nypa o'clock=o'clock
    objectively=object occasion=occas odd=odd off=off offices=offic oilers=oiler oklahoma=oklahoma
    olivier=olivi oncogene=oncogen only=onli onward=onward operates=oper operator=oper operons=operon
    oppenheimer=oppenheim opportunistic=opportunist order=order organic=organic organization=organiz
    otb=otb ous=ous outing=outing outlines=outlin overall=overal overhang=overhang pager=pager
    painted=paint paired=pair panama=panama papers=paper paracrine=paracrin paradigm=paradigm parse=pars
    particularly=particular past=past pasted=paste pasting=paste pastorini=pastorini peace=peac
    penetrance=penetr peninsular=peninsular permissions=permiss perou=perou petrone=petron pham=pham
    philippe=philipp phosphorylated=phosphoryl photic=photic phylo=phylo phylogenetics=phylogenet
    pim=pim pitt=pitt pittsburgh=pittsburgh pivoting=pivot placed=place plain=plain plastered=plaster
    play=play pliskin=pliskin pointing=point polyposis=polyposi ponies=poni poore=poor
    popularity=popular populations=popul porter=porter practitioners=practition predicates=predic
    predication=predic predictions=predict preerythrocytic=preerythrocyt prehistory=prehistori
    premises=premis presidents=presid primarily=primarili probate=probat proceed=proceed
    proceeded=proceed proficiency=profici projective=project promoter=promot protagonists=protagonist
    provers=prover provides=provid provisional=provision psychologists=psycholog punctuation=punctuat
    pur=pur purchases=purchas putative=putat putting=put qiagen=qiagen radicalli=radic radius=radius
    rajapakse=rajapaks ralston=ralston rate=rate rational=ration rationing=ration ravindran=ravindran
    reason=reason recast=recast recombinase=recombinas recomputation=recomput recyclable=recycl
    reformatted=reformat refractor=refractor regarding=regard reit=reit relational=relat
    reorganization=reorgan reorient=reorient repaired=repair replacement=replac replacing=replac
    rescheduled=reschedul rescue=rescu researchdatagroup=researchdatagroup reside=resid resisting=resist
    respect=respect responds=respond restructuring=restructur retarded=retard retiree=retire
    retirements=retir retrieved=retriev retrospect=retrospect revival=reviv revived=reviv rg=rg
    ricatti=ricatti richardson=richardson richly=rich rif=rif rifle=rifl rights=right roll=roll
    rolled=roll romberg's=romberg roundup=roundup rowing=row rubble=rubbl sakaki=sakaki sarawak=sarawak
    sasser=sasser savage=savag say=say sbu=sbu scaled=scale scanned=scan scant=scant scarcity=scarciti
    schaffert=schaffert scholar=scholar scholten=scholten scnsuprachiasmatic=scnsuprachiasmat
    seful=seful segment's=segment selection=select selfcipher=selfciph sell=sell seniors=senior
    sensibiliti=sensibl sensitively=sensit sensitiviti=sensit sentences=sentenc sentiment=sentiment
    sequence=sequenc served=serv sever=sever shaking=shake shareholder=sharehold sharply=sharpli
    shipped=ship siah=siah siem=siem signals=signal simulations=simul sing=sing singly=singl
    singular=singular sir=sir sized=size skies=sky skis=ski sklansky=sklanski sky=sky slocum=slocum
    sltf=sltf smoothbore=smoothbor sobel=sobel sons=son sorbitol=sorbitol speak=speak species'=speci
    spectroscopy=spectroscopi spectrum=spectrum spelling=spell spending=spend spindletop=spindletop
    spinning=spin spirit=spirit sporadically=sporad sports=sport sps=sps sstf=sstf stable=stabl
    staff=staff staging=stage statistical=statist steer=steer stewart=stewart stimulus=stimulus
    stoichiometrically=stoichiometr stopping=stop straightforward=straightforward straits=strait
    strategic=strateg strikingly=strike struck=struck strunz=strunz studying=studi stunning=stun
    subarrays=subarray substantive=substant subsumed=subsum subtree=subtre succeed=succeed
    suicide=suicid sulu=sulu summarized=summar surgeons=surgeon survival=surviv sussenguth=sussenguth
    tags=tag tajibnapis=tajibnapi talbot=talbot tanned=tan tassel=tassel tavare=tavar tceq=tceq ted=ted
    tennesseeunited=tennesseeunit terms=term terreference=terrefer territorial=territori tf=tf this=this
    thoth=thoth ties=tie tiete=tiet timepoints=timepoint tokura=tokura tolerant=toler tone=tone
    total=total toughest=toughest toxins=toxin traced=trace translatable=translat trinities=triniti
    triplicate=triplic troubled=troubl tt=tt tying=tie typing=type ugly=ugli ultraviolet=ultraviolet
    unable=unabl unconventional=unconvent uncorrected=uncorrect unicellular=unicellular uniforms=uniform
    unimodal=unimod university=universiti untaa=untaa uplifts=uplift urgent=urgent uses=use
    uterus=uterus vague=vagu valenci=valenc vandergraft=vandergraft variants=variant versum=versum
    vietnamization=vietnam vileli=vile vintages=vintag virtual=virtual vocals=vocal vos=vos waive=waiv
    walsh=walsh warfare=warfar warrants=warrant weinert=weinert wilf=wilf wilks=wilk wiring=wire
    wizard=wizard workshop=workshop writer=writer wunderlich=wunderlich wyman=wyman xhoi=xhoi y's=y
    yes=yes yochelson=yochelson you=you youth=youth zhu=zhu
    """
